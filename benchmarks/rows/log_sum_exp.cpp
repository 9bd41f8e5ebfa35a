#include <algorithm>
#include <cmath>

static const int N = 1000000;

extern "C" double value(const double* const* in, double* const*) {
    const double* x = in[0];
    double largest = *std::max_element(x, x + N), sum = 0;
    for (int i = 0; i < N; i++) sum += std::exp(x[i] - largest);
    return largest + std::log(sum);
}

extern "C" double derivative(const double* const* in, double* const* out) {
    const double* x = in[0];
    double *g = out[0], largest = *std::max_element(x, x + N), sum = 0;
    for (int i = 0; i < N; i++) sum += g[i] = std::exp(x[i] - largest);
    double factor = 1 / sum;
    for (int i = 0; i < N; i++) g[i] *= factor;
    return largest + std::log(sum);
}
