// BN254 arithmetic for the key generator: enough to validate a verification key, nothing secret passes through here.

/** Base field modulus. */
export const P = 0x30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd47n;
/** Scalar field modulus, the order of both groups. */
export const R = 0x30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000001n;
/** Two-adicity of the scalar field and the generator of its multiplicative group that arkworks uses. */
export const TWO_ADICITY = 28;
const MULTIPLICATIVE_GENERATOR = 5n;

const mod = (a, m) => ((a % m) + m) % m;

/** a^e mod m. */
export function power(a, e, m) {
    let result = 1n;
    for (let base = mod(a, m); e > 0n; e >>= 1n, base = (base * base) % m) {
        if (e & 1n) result = (result * base) % m;
    }
    return result;
}

/** Inverse in a prime field; zero has none. */
export function inverse(a, m) {
    if (mod(a, m) === 0n) throw new Error('zero has no inverse');
    return power(a, m - 2n, m);
}

/** The root of unity that arkworks takes for a domain of 2^log2 elements. */
export const rootOfUnity = (log2) => power(MULTIPLICATIVE_GENERATOR, (R - 1n) >> BigInt(log2), R);

/** Fp2 = Fp[i] / (i^2 + 1), elements as [c0, c1]. */
const fp2 = {
    add: (a, b) => [mod(a[0] + b[0], P), mod(a[1] + b[1], P)],
    sub: (a, b) => [mod(a[0] - b[0], P), mod(a[1] - b[1], P)],
    mul: (a, b) => [mod(a[0] * b[0] - a[1] * b[1], P), mod(a[0] * b[1] + a[1] * b[0], P)],
    inv: (a) => {
        const norm = inverse(a[0] * a[0] + a[1] * a[1], P);
        return [mod(a[0] * norm, P), mod(-a[1] * norm, P)];
    },
    equal: (a, b) => a[0] === b[0] && a[1] === b[1],
};

/** y^2 = x^3 + 3 with canonical coordinates; (0, 0) stands for infinity. */
export function isOnG1({ x, y }) {
    if (x >= P || y >= P) return false;
    return (x === 0n && y === 0n) || mod(y * y - x * x * x - 3n, P) === 0n;
}

/** Twist coefficient b' = 3 / (9 + i). */
const TWIST_B = fp2.mul([3n, 0n], fp2.inv([9n, 1n]));

/** y^2 = x^3 + b' with canonical coordinates; infinity is not written so. */
export function isOnTwist({ x, y }) {
    if ([...x, ...y].some((c) => c >= P)) return false;
    return fp2.equal(fp2.mul(y, y), fp2.add(fp2.mul(x, fp2.mul(x, x)), TWIST_B));
}

/** On the twist, and of order r: the twist has points outside the pairing's group. Infinity is refused. */
export const isInG2 = (point) => isOnTwist(point) && multiply(point, R) === null;

/** Affine double-and-add on the twist; null is infinity. */
function multiply(point, scalar) {
    let result = null;
    for (let addend = point; scalar > 0n; scalar >>= 1n, addend = add(addend, addend)) {
        if (scalar & 1n) result = add(result, addend);
    }
    return result;
}

function add(a, b) {
    if (a === null) return b;
    if (b === null) return a;
    let slope;
    if (!fp2.equal(a.x, b.x)) {
        slope = fp2.mul(fp2.sub(b.y, a.y), fp2.inv(fp2.sub(b.x, a.x)));
    } else if (fp2.equal(a.y, b.y) && !fp2.equal(a.y, [0n, 0n])) {
        const square = fp2.mul(a.x, a.x);
        slope = fp2.mul(fp2.add(square, fp2.add(square, square)), fp2.inv(fp2.add(a.y, a.y)));
    } else {
        return null;
    }
    const x = fp2.sub(fp2.sub(fp2.mul(slope, slope), a.x), b.x);
    return { x, y: fp2.sub(fp2.mul(slope, fp2.sub(a.x, x)), a.y) };
}

/**
 * arkworks' compressed G2: x.c0 then x.c1, little-endian, and in the top bit of the last byte whether y is the larger of
 * {y, -y}, comparing c1 before c0. As one integer of 64 big-endian bytes, the way the transcript absorbs it.
 */
export function compressG2({ x, y }) {
    const negated = [mod(-y[0], P), mod(-y[1], P)];
    const larger = y[1] !== negated[1] ? y[1] > negated[1] : y[0] > negated[0];
    const bytes = [...littleEndian(x[0]), ...littleEndian(x[1])];
    if (larger) bytes[63] |= 0x80;
    return BigInt(`0x${bytes.map((b) => b.toString(16).padStart(2, '0')).join('')}`);
}

function littleEndian(value) {
    return Array.from({ length: 32 }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn));
}

/** scalar * (1, 2) in affine coordinates, infinity as (0, 0); Jacobian double-and-add, one inversion at the end. */
export function multiplyG1(scalar) {
    let [x, y, z] = [0n, 1n, 0n];
    for (const bit of mod(scalar, R).toString(2)) {
        [x, y, z] = doubleG1(x, y, z);
        if (bit === '1') [x, y, z] = addGenerator(x, y, z);
    }
    if (z === 0n) return { x: 0n, y: 0n };
    const inv = inverse(z, P);
    return { x: mod(x * inv * inv, P), y: mod(y * inv * inv * inv, P) };
}

function doubleG1(x, y, z) {
    const a = mod(x * x, P);
    const b = mod(y * y, P);
    const s = mod(4n * x * b, P);
    const m = 3n * a;
    const nx = mod(m * m - 2n * s, P);
    return [nx, mod(m * (s - nx) - 8n * b * b, P), mod(2n * y * z, P)];
}

/** Mixed addition of (1, 2); the sum never meets (1, 2) itself but from infinity or when doubling is meant. */
function addGenerator(x, y, z) {
    if (z === 0n) return [1n, 2n, 1n];
    const zz = mod(z * z, P);
    const h = mod(zz - x, P);
    const r = mod(2n * zz * z - y, P);
    if (h === 0n) return r === 0n ? doubleG1(x, y, z) : [0n, 1n, 0n];
    const hh = mod(h * h, P);
    const v = mod(x * hh, P);
    const nx = mod(r * r - hh * h - 2n * v, P);
    return [nx, mod(r * (v - nx) - y * hh * h, P), mod(z * h, P)];
}
