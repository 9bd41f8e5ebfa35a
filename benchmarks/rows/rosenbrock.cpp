extern "C" double value(const double* const* in, double* const*) {
    const double* x = in[0];
    double sums[8] = {0};
    int i = 0;
    for (; i + 8 < N; i += 8)
        for (int k = 0; k < 8; k++) {
            double a = x[i + k + 1] - x[i + k] * x[i + k], b = 1 - x[i + k];
            sums[k] += 100 * a * a + b * b;
        }
    double sum = 0;
    for (; i + 1 < N; i++) {
        double a = x[i + 1] - x[i] * x[i], b = 1 - x[i];
        sum += 100 * a * a + b * b;
    }
    for (int k = 0; k < 8; k++) sum += sums[k];
    return sum;
}

extern "C" double derivative(const double* const* in, double* const* out) {
    const double* x = in[0];
    double* g = out[0];
    g[0] = -400 * (x[1] - x[0] * x[0]) * x[0] - 2 * (1 - x[0]);
    for (int i = 1; i < N - 1; i++) {
        double a = x[i + 1] - x[i] * x[i], b = x[i] - x[i - 1] * x[i - 1];
        g[i] = 200 * b - 400 * a * x[i] - 2 * (1 - x[i]);
    }
    g[N - 1] = 200 * (x[N - 1] - x[N - 2] * x[N - 2]);
    return value(in, out);
}
