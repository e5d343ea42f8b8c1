// Point arithmetic against the affine group law on schoolbook integers.
#include "../curve.cuh"

#include "integer.h"

using namespace test;

namespace {

// A point by numbers, not by Montgomery forms.
struct Plain {
    bool infinite = true;
    Integer x, y;
    bool operator==(const Plain& other) const {
        return infinite == other.infinite && (infinite || (x == other.x && y == other.y));
    }
};

const Integer& p() {
    static const Integer modulus = Modulus<Fq>::value();
    return modulus;
}

Integer invert(const Integer& a) {  // a^(p-2)
    Integer result(1);
    const Integer exponent = p() - Integer(2);
    for (int bit = 253; bit >= 0; bit--) {
        result = result * result % p();
        if (exponent.bit(bit)) result = result * a % p();
    }
    return result;
}

// Chord and tangent.
Plain sum(const Plain& a, const Plain& b) {
    if (a.infinite) return b;
    if (b.infinite) return a;
    Integer slope;
    if (a.x == b.x) {
        if ((a.y + b.y) % p() == Integer(0)) return {};
        slope = Integer(3) * a.x % p() * a.x % p() * invert(a.y + a.y) % p();
    } else {
        slope = (b.y + p() - a.y) % p() * invert((b.x + p() - a.x) % p()) % p();
    }
    Plain result;
    result.infinite = false;
    result.x = (slope * slope % p() + p() + p() - a.x - b.x) % p();
    result.y = (slope * ((a.x + p() - result.x) % p()) % p() + p() - a.y) % p();
    return result;
}

Plain opposite(Plain a) {
    a.y = (p() - a.y) % p();
    return a;
}

Affine affine(const Plain& a) {
    return a.infinite ? Affine{Fq::zero(), Fq::zero()} : Affine{element<Fq>(a.x), element<Fq>(a.y)};
}

// The same point with zz = z^2, zzz = z^3.
Xyzz scaled(const Plain& a, const Fq& z) {
    if (a.infinite) return {z, z, Fq::zero(), Fq::zero()};  // coordinates of infinity are arbitrary
    const Fq zz = square(z), zzz = zz * z;
    return {element<Fq>(a.x) * zz, element<Fq>(a.y) * zzz, zz, zzz};
}

Plain plain(const Affine& a) {
    Plain result;
    result.infinite = is_infinite(a);
    result.x = value(a.x);
    result.y = value(a.y);
    return result;
}

// Infinity, multiples of the generator (1, 2), and their opposites, so that all coincidences occur.
std::vector<Plain> points() {
    Plain generator;
    generator.infinite = false;
    generator.x = Integer(1);
    generator.y = Integer(2);
    std::vector<Plain> result(1);
    Plain multiple = generator;
    for (int i = 0; i < 3; i++) {
        result.push_back(multiple);
        result.push_back(opposite(multiple));
        multiple = sum(multiple, generator);
    }
    return result;
}

template <class Check>
void for_all_pairs(Check check) {
    Random random(7);
    const std::vector<Plain> all = points();
    for (size_t i = 0; i < all.size(); i++)
        for (size_t j = 0; j < all.size(); j++)
            check(all[i], all[j], scaled(all[i], random_element<Fq>(random)), scaled(all[j], random_element<Fq>(random)),
                  std::to_string(i) + " + " + std::to_string(j));
}

void check_invariant(const Xyzz& a, const std::string& label) {
    CHECK(square(a.zz) * a.zz == square(a.zzz), label << ": zz^3 = zzz^2");
}

}  // namespace

TEST(the_group_law_of_this_test) {
    for (const Plain& a : points()) {
        if (a.infinite) continue;
        CHECK(a.y * a.y % p() == (a.x * a.x % p() * a.x + Integer(3)) % p(), "on the curve");
        CHECK(sum(a, opposite(a)).infinite, "a - a");
    }
}

TEST(sums_with_affine_points) {
    for_all_pairs([](const Plain& a, const Plain& b, Xyzz left, const Xyzz&, const std::string& label) {
        add(left, affine(b));
        check_invariant(left, label);
        CHECK(plain(to_affine(left)) == sum(a, b), label);
        Xyzz unscaled = to_xyzz(affine(a));
        add(unscaled, affine(b));
        CHECK(plain(to_affine(unscaled)) == sum(a, b), label << ", zz = 1");
    });
}

TEST(sums_of_xyzz_points) {
    for_all_pairs([](const Plain& a, const Plain& b, Xyzz left, const Xyzz& right, const std::string& label) {
        add(left, right);
        check_invariant(left, label);
        CHECK(plain(to_affine(left)) == sum(a, b), label);
    });
}

TEST(doubles_and_opposites) {
    Random random(8);
    for (const Plain& a : points()) {
        const Xyzz scaled_a = scaled(a, random_element<Fq>(random));
        CHECK(plain(to_affine(scaled_a)) == a, "back to affine");
        CHECK(plain(to_affine(doubled(scaled_a))) == sum(a, a), "double of XYZZ");
        CHECK(plain(to_affine(doubled(affine(a)))) == sum(a, a), "double of affine");
        CHECK(plain(to_affine(negated(scaled_a))) == opposite(a), "opposite of XYZZ");
        CHECK(plain(negated(affine(a))) == opposite(a), "opposite of affine");
        Xyzz twice = scaled_a;
        add(twice, twice);
        CHECK(plain(to_affine(twice)) == sum(a, a), "a point added to itself in place");
    }
}

TEST_MAIN()
