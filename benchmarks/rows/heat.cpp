#include <cstring>
#include <vector>

static const int STEPS = 1000, N = 1000;

static void step(const double* u, double k, double* after) {
    after[0] = u[0];
    after[N - 1] = u[N - 1];
    for (int i = 1; i < N - 1; i++) after[i] = u[i] + k * (u[i + 1] - 2 * u[i] + u[i - 1]);
}

static double sum_of_squares(const double* u) {
    double sums[8] = {0}, sum = 0;
    for (int i = 0; i < N; i += 8)
        for (int j = 0; j < 8; j++) sums[j] += u[i + j] * u[i + j];
    for (int j = 0; j < 8; j++) sum += sums[j];
    return sum;
}

extern "C" double value(const double* const* in, double* const*) {
    double two[2][N];
    std::memcpy(two[0], in[0], sizeof two[0]);
    for (int t = 0; t < STEPS; t++) step(two[t % 2], in[1][0], two[(t + 1) % 2]);
    return sum_of_squares(two[STEPS % 2]);
}

extern "C" double derivative(const double* const* in, double* const* out) {
    static std::vector<double> us((STEPS + 1) * N);
    double k = in[1][0], d[N], below[N], d_k = 0;
    std::memcpy(us.data(), in[0], N * sizeof(double));
    for (int t = 0; t < STEPS; t++) step(&us[t * N], k, &us[(t + 1) * N]);
    const double* end = &us[STEPS * N];
    for (int i = 0; i < N; i++) d[i] = 2 * end[i];
    for (int t = STEPS - 1; t >= 0; t--) {
        const double* u = &us[t * N];
        double sums[8] = {0};
        int i = 1;
        for (; i + 8 < N; i += 8)
            for (int j = 0; j < 8; j++) sums[j] += d[i + j] * (u[i + j + 1] - 2 * u[i + j] + u[i + j - 1]);
        for (; i < N - 1; i++) d_k += d[i] * (u[i + 1] - 2 * u[i] + u[i - 1]);
        for (int j = 0; j < 8; j++) d_k += sums[j];
        // the transpose of the step: what the inner points give to their neighbours
        double first = d[0], last = d[N - 1];
        d[0] = d[N - 1] = 0;
        for (int j = 1; j < N - 1; j++) below[j] = d[j] + k * (d[j + 1] - 2 * d[j] + d[j - 1]);
        below[0] = first + k * d[1];
        below[N - 1] = last + k * d[N - 2];
        std::memcpy(d, below, sizeof d);
    }
    std::memcpy(out[0], d, sizeof d);
    out[1][0] = d_k;
    return sum_of_squares(end);
}
