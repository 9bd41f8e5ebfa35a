#include <cmath>
#include <cstring>
#include <vector>

static const int H = 32, G = 14, T = 100, W = G + H;

static double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

struct Step {
    double given[W], gates[4 * H], c[H], tanh_c[H], h[H];
};

static double forward(const double* weights, const double* bias, const double* x, std::vector<Step>& steps, bool keep) {
    double loss = 0;
    static const double zero[H] = {0};
    const double *h = zero, *c = zero;
    for (int t = 0; t < T; t++) {
        Step& s = steps[keep ? t : t % 2];
        std::memcpy(s.given, x + t * G, G * sizeof(double));
        std::memcpy(s.given + G, h, H * sizeof(double));
        for (int i = 0; i < 4 * H; i++) {
            double sums[4] = {bias[i], 0, 0, 0};
            const double* row = weights + i * W;
            int j = 0;
            for (; j + 4 <= W; j += 4)
                for (int k = 0; k < 4; k++) sums[k] += row[j + k] * s.given[j + k];
            for (; j < W; j++) sums[0] += row[j] * s.given[j];
            double z = sums[0] + sums[1] + sums[2] + sums[3];
            s.gates[i] = i < 3 * H ? sigmoid(z) : std::tanh(z);
        }
        for (int i = 0; i < H; i++) {
            s.c[i] = s.gates[H + i] * c[i] + s.gates[i] * s.gates[3 * H + i];
            s.tanh_c[i] = std::tanh(s.c[i]);
            s.h[i] = s.gates[2 * H + i] * s.tanh_c[i];
            loss += s.h[i] * s.h[i];
        }
        h = s.h;
        c = s.c;
    }
    return loss;
}

extern "C" double value(const double* const* in, double* const*) {
    std::vector<Step> steps(2);
    return forward(in[0], in[1], in[2], steps, false);
}

extern "C" double derivative(const double* const* in, double* const* out) {
    static std::vector<Step> steps(T);
    const double* weights = in[0];
    double loss = forward(weights, in[1], in[2], steps, true), *d_weights = out[0], *d_bias = out[1];
    std::memset(d_weights, 0, 4 * H * W * sizeof(double));
    std::memset(d_bias, 0, 4 * H * sizeof(double));
    double d_h[H] = {0}, d_c[H] = {0}, d_z[4 * H], d_given[W];
    static const double zero[H] = {0};
    for (int t = T - 1; t >= 0; t--) {
        const Step& s = steps[t];
        const double *before = t ? steps[t - 1].c : zero, *a = s.gates, *f = a + H, *o = f + H, *g = o + H;
        for (int i = 0; i < H; i++) {
            double dh = d_h[i] + 2 * s.h[i], dc = d_c[i] + dh * o[i] * (1 - s.tanh_c[i] * s.tanh_c[i]);
            d_z[i] = dc * g[i] * a[i] * (1 - a[i]);
            d_z[H + i] = dc * before[i] * f[i] * (1 - f[i]);
            d_z[2 * H + i] = dh * s.tanh_c[i] * o[i] * (1 - o[i]);
            d_z[3 * H + i] = dc * a[i] * (1 - g[i] * g[i]);
            d_c[i] = dc * f[i];
        }
        std::memset(d_given, 0, sizeof d_given);
        for (int i = 0; i < 4 * H; i++) {
            d_bias[i] += d_z[i];
            const double* row = weights + i * W;
            double* d_row = d_weights + i * W;
            for (int j = 0; j < W; j++) {
                d_row[j] += d_z[i] * s.given[j];
                d_given[j] += d_z[i] * row[j];
            }
        }
        std::memcpy(d_h, d_given + G, sizeof d_h);
    }
    return loss;
}
