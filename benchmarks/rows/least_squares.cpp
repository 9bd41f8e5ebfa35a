#include <cstring>

static const int M = 2000, N = 500;

static double residual(const double* row, const double* w, double b) {
    double sums[8] = {0};  // several, so that additions overlap
    int j = 0;
    for (; j + 8 <= N; j += 8)
        for (int k = 0; k < 8; k++) sums[k] += row[j + k] * w[j + k];
    double r = -b;
    for (; j < N; j++) r += row[j] * w[j];
    for (int k = 0; k < 8; k++) r += sums[k];
    return r;
}

extern "C" double value(const double* const* in, double* const*) {
    double sum = 0;
    for (int i = 0; i < M; i++) {
        double r = residual(in[1] + i * N, in[0], in[2][i]);
        sum += r * r;
    }
    return sum;
}

extern "C" double derivative(const double* const* in, double* const* out) {
    double sum = 0, *g = out[0];
    std::memset(g, 0, N * sizeof(double));
    for (int i = 0; i < M; i++) {
        const double* row = in[1] + i * N;
        double r = residual(row, in[0], in[2][i]);
        sum += r * r;
        for (int j = 0; j < N; j++) g[j] += 2 * r * row[j];
    }
    return sum;
}
