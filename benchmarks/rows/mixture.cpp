#include <algorithm>
#include <cmath>
#include <cstring>

static const int D = 10, K = 25, N = 1000, B = D * (D - 1) / 2;

struct Prepared {
    double diagonal[K][D], constant[K];

    Prepared(const double* alphas, const double* diagonals) {
        for (int k = 0; k < K; k++) {
            constant[k] = alphas[k];
            for (int i = 0; i < D; i++) {
                constant[k] += diagonals[k * D + i];
                diagonal[k][i] = std::exp(diagonals[k * D + i]);
            }
        }
    }
};

static double log_sum_exp(const double* a, double* weights) {
    double largest = *std::max_element(a, a + K), sum = 0;
    for (int k = 0; k < K; k++) sum += weights[k] = std::exp(a[k] - largest);
    for (int k = 0; k < K; k++) weights[k] /= sum;
    return largest + std::log(sum);
}

// Q (x - mean) and x - mean of one component
static double scaled(const double* x, const double* mean, const double* diagonal, const double* below, double* centered,
                     double* y) {
    double sum = 0;
    for (int i = 0; i < D; i++) centered[i] = x[i] - mean[i];
    for (int i = 0, at = 0; i < D; i++) {
        y[i] = diagonal[i] * centered[i];
        for (int j = 0; j < i; j++) y[i] += below[at++] * centered[j];
        sum += y[i] * y[i];
    }
    return sum;
}

extern "C" double value(const double* const* in, double* const*) {
    const double *alphas = in[0], *means = in[1], *below = in[3], *x = in[4];
    Prepared p(alphas, in[2]);
    double total = 0, terms[K], weights[K], centered[D], y[D];
    for (int n = 0; n < N; n++) {
        for (int k = 0; k < K; k++)
            terms[k] = p.constant[k] -
                       0.5 * scaled(x + n * D, means + k * D, p.diagonal[k], below + k * B, centered, y);
        total += log_sum_exp(terms, weights);
    }
    return total - N * log_sum_exp(alphas, weights);
}

extern "C" double derivative(const double* const* in, double* const* out) {
    const double *alphas = in[0], *means = in[1], *below = in[3], *x = in[4];
    double *d_alphas = out[0], *d_means = out[1], *d_diagonals = out[2], *d_below = out[3];
    Prepared p(alphas, in[2]);
    static double centered[K][D], y[K][D];
    double total = 0, terms[K], weights[K], sums[K] = {0};
    std::memset(d_means, 0, K * D * sizeof(double));
    std::memset(d_diagonals, 0, K * D * sizeof(double));
    std::memset(d_below, 0, K * B * sizeof(double));
    for (int n = 0; n < N; n++) {
        for (int k = 0; k < K; k++)
            terms[k] = p.constant[k] -
                       0.5 * scaled(x + n * D, means + k * D, p.diagonal[k], below + k * B, centered[k], y[k]);
        total += log_sum_exp(terms, weights);
        for (int k = 0; k < K; k++) {
            sums[k] += weights[k];
            const double *c = centered[k], *q = below + k * B;
            double *d_q = d_below + k * B, d_c[D];
            for (int i = 0; i < D; i++) {
                double d_y = -weights[k] * y[k][i];
                d_diagonals[k * D + i] += d_y * c[i];
                d_c[i] = d_y * p.diagonal[k][i];
                for (int j = 0; j < i; j++) {
                    d_q[i * (i - 1) / 2 + j] += d_y * c[j];
                    d_c[j] += d_y * q[i * (i - 1) / 2 + j];
                }
            }
            for (int i = 0; i < D; i++) d_means[k * D + i] -= d_c[i];
        }
    }
    total -= N * log_sum_exp(alphas, weights);
    for (int k = 0; k < K; k++) {
        d_alphas[k] = sums[k] - N * weights[k];
        for (int i = 0; i < D; i++) {
            double& g = d_diagonals[k * D + i];
            g = g * p.diagonal[k][i] + sums[k];
        }
    }
    return total;
}
