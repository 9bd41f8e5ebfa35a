#include <cmath>

static const int N = 1000000;

static double normal(double z) { return 0.5 * (1 + std::erf(z * M_SQRT1_2)); }

extern "C" double value(const double* const* in, double* const*) {
    double sum = 0;
    for (int i = 0; i < N; i++) {
        double s = in[0][i], k = in[1][i], t = in[2][i], r = in[3][i], v = in[4][i], spread = v * std::sqrt(t);
        double d1 = (std::log(s / k) + (r + 0.5 * v * v) * t) / spread;
        sum += s * normal(d1) - k * std::exp(-r * t) * normal(d1 - spread);
    }
    return sum;
}

extern "C" double derivative(const double* const* in, double* const* out) {
    double sum = 0, density = 1 / std::sqrt(2 * M_PI);
    for (int i = 0; i < N; i++) {
        double s = in[0][i], k = in[1][i], t = in[2][i], r = in[3][i], v = in[4][i], root = std::sqrt(t);
        double spread = v * root, d1 = (std::log(s / k) + (r + 0.5 * v * v) * t) / spread;
        double n1 = normal(d1), n2 = normal(d1 - spread), paid = k * std::exp(-r * t);
        sum += s * n1 - paid * n2;
        double slope = s * density * std::exp(-0.5 * d1 * d1);  // that of both terms: they cancel but for the spread
        out[0][i] = n1;
        out[1][i] = -paid * n2 / k;
        out[2][i] = slope * 0.5 * v / root + r * paid * n2;
        out[3][i] = t * paid * n2;
        out[4][i] = slope * root;
    }
    return sum;
}
