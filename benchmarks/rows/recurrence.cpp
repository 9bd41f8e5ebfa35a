#include <cmath>

static const int STEPS = 100000;

extern "C" double value(const double* const* in, double* const*) {
    double x = in[0][0], w = in[1][0];
    for (int i = 0; i < STEPS; i++) x = std::sin(x) * w + 0.5 * x;
    return x;
}

extern "C" double derivative(const double* const* in, double* const* out) {
    static double sines[STEPS], cosines[STEPS];
    double x = in[0][0], w = in[1][0], d = 1, d_w = 0;
    for (int i = 0; i < STEPS; i++) {
        sines[i] = std::sin(x);
        cosines[i] = std::cos(x);
        x = sines[i] * w + 0.5 * x;
    }
    for (int i = STEPS - 1; i >= 0; i--) {
        d_w += d * sines[i];
        d *= w * cosines[i] + 0.5;
    }
    out[0][0] = d;
    out[1][0] = d_w;
    return x;
}
