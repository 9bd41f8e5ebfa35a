static const int STEPS = 1000;
static const double H = 0.01;

struct Pair {
    double p, q;
};

static Pair slope(Pair y, const double* r) { return {r[0] * y.p - r[1] * y.p * y.q, r[3] * y.p * y.q - r[2] * y.q}; }

// the cotangents of y, and of the rates, from that of the slope
static Pair pull(Pair y, const double* r, Pair d, double* d_r) {
    double pq = y.p * y.q;
    d_r[0] += d.p * y.p;
    d_r[1] -= d.p * pq;
    d_r[2] -= d.q * y.q;
    d_r[3] += d.q * pq;
    double d_pq = d.q * r[3] - d.p * r[1];
    return {d.p * r[0] + d_pq * y.q, d_pq * y.p - d.q * r[2]};
}

static Pair along(Pair y, double h, Pair k) { return {y.p + h * k.p, y.q + h * k.q}; }

static Pair step(Pair y, const double* r) {
    Pair k1 = slope(y, r), k2 = slope(along(y, H / 2, k1), r), k3 = slope(along(y, H / 2, k2), r),
         k4 = slope(along(y, H, k3), r);
    return {y.p + H / 6 * (k1.p + 2 * k2.p + 2 * k3.p + k4.p), y.q + H / 6 * (k1.q + 2 * k2.q + 2 * k3.q + k4.q)};
}

extern "C" double value(const double* const* in, double* const*) {
    double r[4] = {in[1][0], in[2][0], in[3][0], in[4][0]};
    Pair y = {in[0][0], in[0][1]};
    for (int i = 0; i < STEPS; i++) y = step(y, r);
    return y.p + y.q;
}

extern "C" double derivative(const double* const* in, double* const* out) {
    double r[4] = {in[1][0], in[2][0], in[3][0], in[4][0]}, d_r[4] = {0};
    static Pair ys[STEPS + 1];
    ys[0] = {in[0][0], in[0][1]};
    for (int i = 0; i < STEPS; i++) ys[i + 1] = step(ys[i], r);
    Pair d = {1, 1};
    for (int i = STEPS - 1; i >= 0; i--) {
        Pair y = ys[i], k1 = slope(y, r), y2 = along(y, H / 2, k1), k2 = slope(y2, r), y3 = along(y, H / 2, k2),
             k3 = slope(y3, r), y4 = along(y, H, k3);
        Pair d4 = pull(y4, r, {H / 6 * d.p, H / 6 * d.q}, d_r);
        Pair d3 = pull(y3, r, {H / 3 * d.p + H * d4.p, H / 3 * d.q + H * d4.q}, d_r);
        Pair d2 = pull(y2, r, {H / 3 * d.p + H / 2 * d3.p, H / 3 * d.q + H / 2 * d3.q}, d_r);
        Pair d1 = pull(y, r, {H / 6 * d.p + H / 2 * d2.p, H / 6 * d.q + H / 2 * d2.q}, d_r);
        d = {d.p + d1.p + d2.p + d3.p + d4.p, d.q + d1.q + d2.q + d3.q + d4.q};
    }
    out[0][0] = d.p;
    out[0][1] = d.q;
    for (int i = 0; i < 4; i++) out[1 + i][0] = d_r[i];
    return ys[STEPS].p + ys[STEPS].q;
}
