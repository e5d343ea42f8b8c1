// libicicle_curve_bn254 of the mock: sums bit by bit, from the highest.
#include "abi.h"

#include <vector>

#include "../cuda/curve.cuh"

namespace {

using mock::AffinePoint, mock::Error, mock::Number, mock::ProjectivePoint;

bool is_reduced(const Number& number) {
    for (int i = 7; i >= 0; i--)
        if (number.limb[i] != FqParameters::modulus(i)) return number.limb[i] < FqParameters::modulus(i);
    return false;
}

Fq from(const Number& number) {
    Limbs limbs;
    for (int i = 0; i < 8; i++) limbs.limb[i] = number.limb[i];
    return to_montgomery<FqParameters>(limbs);
}

Number number_of(Fq element) {
    const Limbs limbs = from_montgomery(element);
    Number number;
    for (int i = 0; i < 8; i++) number.limb[i] = limbs.limb[i];
    return number;
}

// Whether a point is given as reduced numbers and lies on the curve. Infinity is not taken: the original's sums of affine
// points are wrong for it in some places.
bool is_point(const AffinePoint& point) {
    if (!is_reduced(point.x) || !is_reduced(point.y)) return false;
    const Fq x = from(point.x), y = from(point.y);
    const Fq three = doubled(Fq::one()) + Fq::one();
    return square(y) == square(x) * x + three;
}

// x = X/ZZ = X·ZZZ/(ZZ·ZZZ), y = Y/ZZZ = Y·ZZ/(ZZ·ZZZ)
ProjectivePoint homogeneous(const Xyzz& p) {
    if (is_infinite(p)) return {number_of(Fq::zero()), number_of(Fq::one()), number_of(Fq::zero())};
    return {number_of(p.x * p.zzz), number_of(p.y * p.zz), number_of(p.zz * p.zzz)};
}

Xyzz sum(const std::vector<Affine>& points, const std::vector<Limbs>& scalars) {
    Xyzz total = infinity();
    for (int bit = 253; bit >= 0; bit--) {
        total = doubled(total);
        for (size_t i = 0; i < points.size(); i++)
            if ((scalars[i].limb[bit / 32] >> (bit % 32) & 1) != 0) add(total, points[i]);
    }
    return total;
}

}  // namespace

// a library built without sums has no function of this name
#ifdef WITHOUT_MSM
#define bn254_msm bn254_nothing
#endif

EXPORT Error bn254_msm(const Number* scalars, const AffinePoint* bases, int size, const mock::MsmConfig* config,
                       ProjectivePoint* results) {
    mock_device_for("curve");
    const mock::Fault fault = mock_fault("bn254_msm", static_cast<uint64_t>(size));
    if (fault.code != mock::success) return fault.code;
    if (config->stream != nullptr || config->precompute_factor != 1 || config->window != 0 || config->scalar_bits != 0 ||
        config->batch_size < 1 || !config->points_shared_in_batch || config->scalars_on_device ||
        config->points_on_device || config->results_on_device || config->is_async || config->extension != nullptr ||
        size < 1)
        return mock::invalid_argument;
    // the original's CPU backend takes no notice of points_in_montgomery_form
    std::vector<Affine> points;
    for (int i = 0; i < size; i++) {
        if (!is_point(bases[i])) return mock::invalid_argument;
        points.push_back({from(bases[i].x), from(bases[i].y)});
    }
    for (int k = 0; k < config->batch_size; k++) {
        std::vector<Limbs> standard;
        for (int i = 0; i < size; i++) {
            const Number& number = scalars[static_cast<size_t>(k) * size + i];
            Limbs limbs;
            Fr scalar;
            for (int j = 0; j < 8; j++) limbs.limb[j] = scalar.limb[j] = number.limb[j];
            standard.push_back(config->scalars_in_montgomery_form ? from_montgomery(scalar) : limbs);
        }
        Xyzz result = sum(points, standard);
        if (fault.wrong) add(result, points[0]);
        results[k] = homogeneous(result);
    }
    // a point off the curve, for the caller to find
    if (mock_fault("off_curve", static_cast<uint64_t>(size)).wrong) results[0].x.limb[0] ^= 1;
    return mock::success;
}
