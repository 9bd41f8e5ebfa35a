#include <cmath>

static const int N = 10000;

struct Observation {
    double axis[3], angle, cosine, sine, v[3], across[3], along, y[3], p[2], r2, stretch;

    // camera: rotation, place, focal length, centre, distortion
    Observation(const double* c, const double* x) {
        angle = std::sqrt(c[0] * c[0] + c[1] * c[1] + c[2] * c[2]);
        cosine = std::cos(angle);
        sine = std::sin(angle);
        for (int i = 0; i < 3; i++) axis[i] = c[i] / angle, v[i] = x[i] - c[3 + i];
        along = 0;
        for (int i = 0; i < 3; i++) {
            int j = (i + 1) % 3, k = (i + 2) % 3;
            across[i] = axis[j] * v[k] - axis[k] * v[j];
            along += axis[i] * v[i];
        }
        for (int i = 0; i < 3; i++) y[i] = v[i] * cosine + across[i] * sine + axis[i] * (along * (1 - cosine));
        p[0] = y[0] / y[2];
        p[1] = y[1] / y[2];
        r2 = p[0] * p[0] + p[1] * p[1];
        stretch = 1 + c[9] * r2 + c[10] * r2 * r2;
    }

    double residual(const double* c, double w, const double* feature, int i) const {
        return w * (p[i] * stretch * c[6] + c[7 + i] - feature[i]);
    }

    // the row of the Jacobian of one residual: of 11 numbers of the camera, 3 of the point, the weight
    void pull(const double* c, double w, const double* feature, int i, double* d_c, double* d_x, double* d_w) const {
        d_w[0] = p[i] * stretch * c[6] + c[7 + i] - feature[i];
        d_c[6] = w * p[i] * stretch;
        d_c[7] = d_c[8] = 0;
        d_c[7 + i] = w;
        double d = w * c[6], d_stretch = d * p[i];
        d_c[9] = d_stretch * r2;
        d_c[10] = d_stretch * r2 * r2;
        double d_r2 = d_stretch * (c[9] + 2 * c[10] * r2);
        double d_p[2] = {2 * p[0] * d_r2, 2 * p[1] * d_r2};
        d_p[i] += d * stretch;
        double d_y[3] = {d_p[0] / y[2], d_p[1] / y[2], -(d_p[0] * p[0] + d_p[1] * p[1]) / y[2]};
        double d_axis[3], d_v[3], d_cosine = 0, d_sine = 0, on_axis = 0;
        for (int k = 0; k < 3; k++) on_axis += d_y[k] * axis[k];
        double d_along = on_axis * (1 - cosine);
        for (int k = 0; k < 3; k++) {
            int l = (k + 1) % 3, m = (k + 2) % 3;
            d_cosine += d_y[k] * v[k];
            d_sine += d_y[k] * across[k];
            // y·(a × v) = a·(v × y) = v·(y × a)
            d_axis[k] = sine * (v[l] * d_y[m] - v[m] * d_y[l]) + d_y[k] * along * (1 - cosine) + d_along * v[k];
            d_v[k] = d_y[k] * cosine + sine * (d_y[l] * axis[m] - d_y[m] * axis[l]) + d_along * axis[k];
        }
        d_cosine -= on_axis * along;
        double d_angle = d_sine * cosine - d_cosine * sine, across_axis = 0;
        for (int k = 0; k < 3; k++) across_axis += d_axis[k] * axis[k];
        for (int k = 0; k < 3; k++) {
            d_c[k] = (d_axis[k] - across_axis * axis[k]) / angle + d_angle * axis[k];
            d_c[3 + k] = -d_v[k];
            d_x[k] = d_v[k];
        }
    }
};

extern "C" double value(const double* const* in, double* const* out) {
    for (int n = 0; n < N; n++) {
        const double* c = in[0] + n * 11;
        Observation o(c, in[1] + n * 3);
        for (int i = 0; i < 2; i++) out[0][n * 2 + i] = o.residual(c, in[2][n], in[3] + n * 2, i);
    }
    return 0;
}

extern "C" double derivative(const double* const* in, double* const* out) {
    for (int n = 0; n < N; n++) {
        const double* c = in[0] + n * 11;
        Observation o(c, in[1] + n * 3);
        for (int i = 0; i < 2; i++) {
            int row = n * 2 + i;
            o.pull(c, in[2][n], in[3] + n * 2, i, out[0] + row * 11, out[1] + row * 3, out[2] + row);
        }
    }
    return 0;
}
