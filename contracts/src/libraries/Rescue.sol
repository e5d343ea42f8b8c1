// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.30;

import { BN254 } from "../BN254.sol";

/// @title The hash that light-client states are made with: Rescue over BN254's scalar field
/// @dev State of four, twelve rounds of two half rounds; the first takes fifth roots, the second fifth powers, both then mix
/// by a matrix and add a round key (Aly, Ashur, Ben-Sasson, Dhooghe, Szepieniec, https://eprint.iacr.org/2019/426). The matrix and
/// the round keys are those of crema-light-client's module `rescue`, which derives them in its tests.
///
/// A fifth root is one call of the precompile for powers: 1,349 gas under Prague's rules, where the 300 products of the shortest
/// chain known to us take more than 4,000. Sums are not reduced: five numbers below the modulus still fit a word, and a product or
/// a power takes any word.
library Rescue {
    /// @dev The inverse of 5 modulo the field's order less one
    uint256 private constant FIFTH_ROOT = 0x26b6a528b427b35493736af8679aad17535cb9d394945a0dcfe7f7a98ccccccd;

    /// @dev The mixing matrix: row, column. Rows 0 and 2 are all negative and stand without their sign: shorter code.
    uint256 private constant M00 = 0x3d09;
    uint256 private constant M01 = 0x25317c;
    uint256 private constant M02 = 0x12e953e2;
    uint256 private constant M03 = 0x094ed7493c;
    uint256 private constant M10 = 0x4c2c;
    uint256 private constant M11 = 0x2e2dc7;
    uint256 private constant M12 = 0x1774c89c;
    uint256 private constant M13 = 0x0b8adfc3ee;
    uint256 private constant M20 = 0x0fbe;
    uint256 private constant M21 = 0x094b9c;
    uint256 private constant M22 = 0x04b27f15;
    uint256 private constant M23 = 0x024f204bac;
    uint256 private constant M30 = 0x9c;
    uint256 private constant M31 = 0x4f52;
    uint256 private constant M32 = 0x270a5c;
    uint256 private constant M33 = 0x1317d0fb;

    /// @dev What is added before the first half round and after each, four words a time
    bytes private constant KEYS = hex"204ef5195a249af9f0ecafa3e5d186d6318a5af08a0ceb9731351045082151d3"
        hex"00d525fbb687d48648b6a0ffbf1c9e97be39cff22d46aa165c3278a5dd953d6f"
        hex"10b1159c4fdead8c4e6ba55d1bc8338364a6c05eef88185f72da1f178b613ea4"
        hex"0823fa86ed409e6816795278dac56b0e475e16c412fb04ee260bb3b55db81736"
        hex"293fc7d601bacd3c0284df170b21dddab70c60c3de919e3799cba305354a593a"
        hex"1151c53f7f7ff7413e04d66c516cc3faaa38b3b59efe62cdd16bb9a48380b13f"
        hex"2f198a2c4615ac524e724bc229fc8f4ffb57ac86812ccc8f4608f9d08de22d1c"
        hex"177034f8dd1f6da5c3fcd25f4cce79e082153dba89a1587c2190c9ef287616b2"
        hex"07814ed3eb736d73804ada7bc25507db0d7e374369c010c691dd65386c4efa8d"
        hex"28c30510d747a6a641cd7c81c2b8273c3deefa3366af02e482bfeb806232d5f6"
        hex"14854753e3c7e4e50b1e0e518e99f0e54afe1c82088c1935bcacc286fb64f5b5"
        hex"1047bd5f58c7bc8e500fcd4038744a6f8fcf114448526c6ae4abbcf0f390957e"
        hex"00adcf20cdefe156d31f685c92c4c754fb216b09eab182e5750f53a1df6add2d"
        hex"2dfdabf83e149f597560ff354951c0a0da6ab955b50e6cdf8d45210b6ba3b539"
        hex"2bacb2154e2fd046d124f23427e218f60cfdd290877fd80e89e81223d92d2fea"
        hex"080030fe806bd9e4c2fc56dd2064b48020f3743a02d5d5ef735c19d7f5351ec3"
        hex"05c1e7e3b39cea62ed567bbdd4af6aa3172b0ace17480b7631dec55d26f2ae21"
        hex"2f36e6aa6047766aa0ab108a0d9c608c7abcb7e1c36edadd813267aa61eef503"
        hex"0117010f3e7be4bad697cb596ded269bdce41cb5e4f5df321fc36b8297c8def8"
        hex"12c88ae9e997682f6e64358d6bc2b98f14b22570ffad3896c6ee610c0d9bf872"
        hex"2281e9c8494480ec1144c41f401bc42c6993cb1c244c3ec2d55079c8d1d3f5f3"
        hex"242399fd277ec35ab303f398fb09b832828c0b7dadfc004ceb0fba84331a4383"
        hex"2e9e0e672cc6a26e6bfd72800937d17f84aafc14fe34f2e117210fe16216a014"
        hex"2da20060d27da3c2b99f4baf512e53ce5d3223fd13cb3286d141b29eed7e113f"
        hex"0d4cb3eee3996ba8f6793bb402e88d4405aa1081b0a37b78c7779c3d340f1960"
        hex"1ba1db73659b3b23bd6a6af953113676161828012c3ac346002de9e0dcf0c43d"
        hex"17d86473dd04a5f188819b5c7f2fd37fec9547a3501c5bc5fd24a02ee30bc0b0"
        hex"0c4ca620d3fd1b4131f3a8b69ac3d5372523f2bf156a0de7ee6265f1ddac6979"
        hex"0a2392ae4051fe491d971e19a1b2065625c2a352be8e1122f28f647445a632f0"
        hex"11fcad5e34183c64e5b30f231a984c9a2d4d2f1ad82952c694c3c705049f7816"
        hex"0a0176d71d3b0c7ac238ca77529fa7b933a086fa3bfdcb414ffa5e2da9df4b00"
        hex"059c2c2688d5d8ada8ff683cffd98a228b6a1b195b53640501b1c21237f3854f"
        hex"0f61f39a3558851cb791332e7dbebec12b7a43aea2f998b6db4600a80374b6ed"
        hex"25e1a9d62bab29bb8fb5909517f1d47859f5673f8a2b2cc9dd7c870eda7b0fc5"
        hex"2e3c03dee44661150db8756977960cf0424c8722adbdd647fd468136fd5bb40f"
        hex"235fd01177ea0b664dda5a1c09278f4160369efc76234c42fab4e27796b8ebcd"
        hex"169bd072a166986e826d5173764c5830cf0df28a54fac9efb8b14d14e4ab44cc"
        hex"29165dfde70c541233d7779bffe5e4a5d51ce188051c8b4219176836c89c8032"
        hex"147b071502d5ab6d5c36c904aad61596425648bd04b59041c9467d1c997d40ca"
        hex"2ea3e4df1eb00b56b191c888aae9df7a27b1aaf7f42c07d7fdf4c429f3222c90"
        hex"05e7d24cc9bead53442604076a931ff1141eeac9df9612665aaf279fefc56def"
        hex"2ad3fdab692f986698dcbf75bad7997c69656bfaa12c3d018dbd9756f93b2e7f"
        hex"0c11aaa440c3e58f338902cec6f8d69bdd72af59c2af99023a5997c5a68e97df"
        hex"10383793760804678052e5585308fdebe58eb196ca0b8cda4d232c4f5dd206e2"
        hex"16e2b4a08b6639f2a3ab1db440ac11c96ac7d6a6b622145f9966759785f58918"
        hex"1768b6d0bbabd43b4d8933e7983893b17544bfb5bc859064bd7cfd84a395e838"
        hex"1faea6415e680069d5206a3c67464d7f69eb518f1b1dfd2cb33012d65c91e313"
        hex"2de153e0b9e0dd03eff09c7968c5731799e5160093602b927b352d54059471ec"
        hex"2ade9a93522e2e0d9bf61dd2b88f64cc1df63a68121c07506bdeea0e6098c536"
        hex"0938220a701623e1fd7a5f533a663d90ac5a51825c8bed809125d24ebdd8fd10"
        hex"06aa537ace0534e58d88ce2046010a57eeb22544b8a4697483d60c4638d8cb72"
        hex"1f9541c705b95ef90255b1a5fb64051ab1909f23a3dce6b659e9969523d34fc5"
        hex"23debb8c003021369a7969a8282a71c305565849020582efcd3e892446e50ff9"
        hex"0bf2ca96451cbb14a262b0e915fff1aec62d2accd7c3c6c5944c281af35d6377"
        hex"2c7f9809cace0068afc0de88a31764989d1911b8565be322cce2613812b4358e"
        hex"210771d9375a0643b6570ac88f3652e77f0e7203b9a7e574821b5f63dfd10eec"
        hex"0067fe55293c933f98e59faf05eaf3eaa1af21626cfc1f96a21b85234752f476"
        hex"21f8f1341f5053b5439cdce11d696fbec69d44a348535ea782cc5c2171b9ac8b"
        hex"16419ac8f54dc6d18476d752bbffcafcf180418089ddf8212092d96ef069aea5"
        hex"0aaa4ea3d4a62822c9d5cf275c43975bf683708c78b9c093bb43c5f6f17949e6"
        hex"0c37d733050f604f2b0e395a3ebb3784f55ee9710e9a0c5e06b4667fbc8bc42a"
        hex"2824f5b6c26e8477a10dd00bd2f0cde0b1b6a4a491cfc97563001805317ea6c3"
        hex"01b25bf1e4df63b5bf06b83d2c3e2ba06ed0597bee28c9db9122cc31650fa397"
        hex"240b67813effbb5f06110957159335241f5dcfea620e4fce7b2b9a3760408d39"
        hex"2236cd86c8d65cb72aa00bcf7296c58a28b849a690e31165d2302f8466caff04"
        hex"20390ed18182dcb8daea043b93aa2b98ca95ab429ff2ca7027db4a27350fbf36"
        hex"1e643cdb387382849957ecf0d99f3115a5c208e59446b7de803478245ed6eae2"
        hex"1e854ba31f89059506f766b129793d5a134296516d3f88b841155468f4c294c7"
        hex"07ca4952be421a53c307f49858f7f2e1c6cba4b3f6f87acb7f6f291dd59091c2"
        hex"131591c541dd94f41e2b7754a4109b4d2eaa0c934e9030c8bb1285e7f26e8f06"
        hex"2cdd8e8a6c5a6cfcab40087c5546dca55d52e0fa92fd5f8968682bd8a4ed0584"
        hex"10c3f10b28beb6599e5b8ee9b2226ea9a25c796bd0630c9540bc864727ea6c5c"
        hex"10b8439f8b5fd9c23e18ec554dc0909d73d488407e6ce9461b2366e600e9cb89"
        hex"1c0e2dd3e1e31ba125d58c9393862f6c234bdb81fa1f7069176c8666a14af97b"
        hex"305ebc67b8583cc608ddb46561c6573315855a1f8dbd93f9b8c54c61a0972ebd"
        hex"079496612e6a96e6e973da23508e0ff256bb0b67ee984b3a2c637d85ce84cde7"
        hex"05a4cd4d2576ac3bac78003e9b0d75d77781162f562525954a8f1f9cab7ed4b3"
        hex"1e4dbb96d44d70abc545b8b41d65772d4989fd6d0b1d9cc7b68830127e00167e"
        hex"2bbea759cbe13e9047b344becb11fee7d54f9445a4bfb6cf460ee55c85117bae"
        hex"1a03ee9282492493002d081bd9fdfbfab2fce79e734c285aaf3b600d72894c12"
        hex"02d0ac662607bf9e018a13d43da00f1c17a80223e53011ca97fe54fe7023bd28"
        hex"2cb74b97aa5a0461e4a0a6e288d99c0905aee732c9cecabe4615ebd5a104b333"
        hex"1cfacccb910a37fbfd67b2996ec2424a9cb2e2a1d7870a61a806c7b6ee7386f5"
        hex"1760b5a3dec431d5011334c195de57558119f457fb5dbfd6fb88a3a52c557388"
        hex"2f483362e91e5828ff12621aca5ae5874ae430a3ebd86da588f90d30a96a5f0f"
        hex"22ce5efa27f62c09d2bcd85ebd23d78840a5d6b68d2633417053edc66cc1af4d"
        hex"23edd1de61c495e392254d4992eec9b59a5d4598684e6db46d0e0e4f7e0f28b6"
        hex"0bfbb36d010f34c54891c925a46b5a9b1d0acc7bfe443050bfd0dcbaa3c816c7"
        hex"202e297f6ede5f8859f39a8cd0c7f0e97f5443821f0261de729ebd5828d167d7"
        hex"21aeabf98b919a79acb5a61da8b0ce8eafddaa6264da67a7f93d0f5278b545da"
        hex"2b3e91f8c87544d3bffae1237b88f932946be37354eb3fe75ff3f94d07c15d52"
        hex"304f9ec93c84cb215401077e145ffc7ed63be01dae7c8244ba1824025eab8016"
        hex"2a2ce6212084c0fd8257c35b7dcf4866c93b17928d4febead535e36bd3e24c85"
        hex"2a4c632e0c6bfd734e93b4ef7aff2765e15abebd4a7a1981aec2b485d700cb49"
        hex"0e9af43ab6258d55f5b9ba7a5c1b17068735e8b1d0f5bc2a6c5c99711b2b1958"
        hex"1db849552bec3e70b8447baee23d2897e81f8a3afccf5f91f66bf9781be322b2"
        hex"1a7a09d8d34387e13b9b5d786cc715e568b6ca39baae0e2d246f33c5ed47b194"
        hex"175f2f49ecddc770f15e33c5f1eabf0f798fccdb47d0cff6bf25490619812c04"
        hex"0bf35ceb455df243c98978a7d1c37e180bdcda8c6ad39435574cce62aee910b7"
        hex"29442c39d376d983c64b08829f211c64a89cca2cb7eb49509c3201093e137d80";

    /// @notice The hash of two elements, which is canonical; they need not be
    function hash(uint256 first, uint256 second) internal view returns (uint256 digest) {
        bytes memory keys = KEYS;
        uint256 p = BN254.R_MOD;
        assembly ("memory-safe") {
            function fifthPower(x, m) -> y {
                y := mulmod(x, x, m)
                y := mulmod(mulmod(y, y, m), x, m)
            }
            // the power takes its base from, and leaves its result at, the fourth of six words
            let words := mload(0x40)
            mstore(words, 0x20)
            mstore(add(words, 0x20), 0x20)
            mstore(add(words, 0x40), 0x20)
            mstore(add(words, 0x80), FIFTH_ROOT)
            mstore(add(words, 0xa0), p)
            function fifthRoot(x, at) -> y {
                mstore(add(at, 0x60), x)
                // fails only for lack of gas
                if iszero(staticcall(gas(), 5, at, 0xc0, add(at, 0x60), 0x20)) { revert(0, 0) }
                y := mload(add(at, 0x60))
            }

            // the sponge: three elements go in, and behind a message stands a one
            let k := add(keys, 0x20)
            let s0 := addmod(first, mload(k), p)
            let s1 := addmod(second, mload(add(k, 0x20)), p)
            let s2 := add(1, mload(add(k, 0x40)))
            let s3 := mload(add(k, 0x60))
            for { let half := 0 } lt(half, 24) { half := add(half, 1) } {
                k := add(k, 0x80)
                switch and(half, 1)
                case 0 {
                    s0 := fifthRoot(s0, words)
                    s1 := fifthRoot(s1, words)
                    s2 := fifthRoot(s2, words)
                    s3 := fifthRoot(s3, words)
                }
                default {
                    s0 := fifthPower(s0, p)
                    s1 := fifthPower(s1, p)
                    s2 := fifthPower(s2, p)
                    s3 := fifthPower(s3, p)
                }
                let t0 :=
                    add(
                        mload(k),
                        add(
                            add(mulmod(sub(p, M00), s0, p), mulmod(sub(p, M01), s1, p)),
                            add(mulmod(sub(p, M02), s2, p), mulmod(sub(p, M03), s3, p))
                        )
                    )
                let t1 :=
                    add(
                        mload(add(k, 0x20)),
                        add(add(mulmod(M10, s0, p), mulmod(M11, s1, p)), add(mulmod(M12, s2, p), mulmod(M13, s3, p)))
                    )
                let t2 :=
                    add(
                        mload(add(k, 0x40)),
                        add(
                            add(mulmod(sub(p, M20), s0, p), mulmod(sub(p, M21), s1, p)),
                            add(mulmod(sub(p, M22), s2, p), mulmod(sub(p, M23), s3, p))
                        )
                    )
                s3 := add(
                    mload(add(k, 0x60)),
                    add(add(mulmod(M30, s0, p), mulmod(M31, s1, p)), add(mulmod(M32, s2, p), mulmod(M33, s3, p)))
                )
                s0 := t0
                s1 := t1
                s2 := t2
            }
            digest := mod(s0, p)
        }
    }
}
