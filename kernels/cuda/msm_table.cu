// The table of multiples 2^(j·step)·P of a fixed basis, so that all windows of a scalar share one bucket set.
#include "curve.cuh"

// Fills rows 1 to rows - 1 of table[row][point] from row 0, for points [first, first + count). `factors` is scratch space
// of rows·count elements.
//
// A thread doubles one point on and on in Jacobian coordinates but never computes Z: doubling (X, Y, Z) multiplies Z by 2Y,
// so the product of the 2Y between two rows is all that is needed to get from one row's 1/Z to the previous one's, and one
// inversion serves all rows. A doubling is 4M + 3S and one more for the product. Infinity, (0, 0), makes zero products, whose
// "inverse" is zero, and stays (0, 0); no other point has Y = 0, because the group's order is odd.
KERNEL_BOUNDED(msm_table, 128, 4)(Affine* table, Fq* factors, uint32_t row_length, uint32_t first, uint32_t count, uint32_t rows,
                                  uint32_t step) {
    const uint32_t thread = blockIdx.x * 128 + threadIdx.x;
    if (thread >= count) return;
    Affine point = table[first + thread];
    Fq z = Fq::one();
#pragma unroll 1
    for (uint32_t row = 1; row < rows; row++) {
        Fq factor = Fq::one();
#pragma unroll 1
        for (uint32_t i = 0; i < step; i++) {
            const Fq u = doubled(point.y), v = square(u), s = point.x * v, x_squared = square(point.x);
            const Fq m = doubled(x_squared) + x_squared;
            point.x = square(m) - doubled(s);
            point.y = m * (s - point.x) - u * v * point.y;
            factor = factor * u;
        }
        table[size_t(row) * row_length + first + thread] = point;
        factors[size_t(row) * count + thread] = factor;
        z = z * factor;
    }
    Fq inverse_z = inverse(z);
#pragma unroll 1
    for (uint32_t row = rows - 1; row > 0; row--) {
        Affine& place = table[size_t(row) * row_length + first + thread];
        const Fq squared = square(inverse_z);
        place.x = place.x * squared;
        place.y = place.y * (squared * inverse_z);
        inverse_z = inverse_z * factors[size_t(row) * count + thread];
    }
}
