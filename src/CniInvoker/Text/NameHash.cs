using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace CniInvoker;

/// <summary>
/// SHA-256 and SHA-512 (FIPS 180-4) of names, where libcni, a plugin or a file on the disk fixes them. .NET's own load OpenSSL, which costs
/// a short command as much time as all the rest of it, and the daemon several megabytes. Not for secrets. Compiled into cnm-cni too.
/// </summary>
internal static class NameHash
{
    private const int Rounds256 = 64;
    private const int Rounds512 = 80;
    private const int Words = 8;
    private const int Block256 = 64;
    private const int Block512 = 128;

    // The fractional parts of the cube roots of the first 80 primes. SHA-256 uses the upper halves of the first 64.
    private static ReadOnlySpan<ulong> Constants =>
    [
        0x428a2f98d728ae22, 0x7137449123ef65cd, 0xb5c0fbcfec4d3b2f, 0xe9b5dba58189dbbc, 0x3956c25bf348b538,
        0x59f111f1b605d019, 0x923f82a4af194f9b, 0xab1c5ed5da6d8118, 0xd807aa98a3030242, 0x12835b0145706fbe,
        0x243185be4ee4b28c, 0x550c7dc3d5ffb4e2, 0x72be5d74f27b896f, 0x80deb1fe3b1696b1, 0x9bdc06a725c71235,
        0xc19bf174cf692694, 0xe49b69c19ef14ad2, 0xefbe4786384f25e3, 0x0fc19dc68b8cd5b5, 0x240ca1cc77ac9c65,
        0x2de92c6f592b0275, 0x4a7484aa6ea6e483, 0x5cb0a9dcbd41fbd4, 0x76f988da831153b5, 0x983e5152ee66dfab,
        0xa831c66d2db43210, 0xb00327c898fb213f, 0xbf597fc7beef0ee4, 0xc6e00bf33da88fc2, 0xd5a79147930aa725,
        0x06ca6351e003826f, 0x142929670a0e6e70, 0x27b70a8546d22ffc, 0x2e1b21385c26c926, 0x4d2c6dfc5ac42aed,
        0x53380d139d95b3df, 0x650a73548baf63de, 0x766a0abb3c77b2a8, 0x81c2c92e47edaee6, 0x92722c851482353b,
        0xa2bfe8a14cf10364, 0xa81a664bbc423001, 0xc24b8b70d0f89791, 0xc76c51a30654be30, 0xd192e819d6ef5218,
        0xd69906245565a910, 0xf40e35855771202a, 0x106aa07032bbd1b8, 0x19a4c116b8d2d0c8, 0x1e376c085141ab53,
        0x2748774cdf8eeb99, 0x34b0bcb5e19b48a8, 0x391c0cb3c5c95a63, 0x4ed8aa4ae3418acb, 0x5b9cca4f7763e373,
        0x682e6ff3d6b2b8a3, 0x748f82ee5defb2fc, 0x78a5636f43172f60, 0x84c87814a1f0ab72, 0x8cc702081a6439ec,
        0x90befffa23631e28, 0xa4506cebde82bde9, 0xbef9a3f7b2c67915, 0xc67178f2e372532b, 0xca273eceea26619c,
        0xd186b8c721c0c207, 0xeada7dd6cde0eb1e, 0xf57d4f7fee6ed178, 0x06f067aa72176fba, 0x0a637dc5a2c898a6,
        0x113f9804bef90dae, 0x1b710b35131c471b, 0x28db77f523047d84, 0x32caab7b40c72493, 0x3c9ebe0a15c9bebc,
        0x431d67c49c100d4c, 0x4cc5d4becb3e42b6, 0x597f299cfc657e2a, 0x5fcb6fab3ad6faec, 0x6c44198c4a475817,
    ];

    // The fractional parts of the square roots of the first 8 primes. SHA-256 uses the upper halves.
    private static ReadOnlySpan<ulong> Start =>
    [
        0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1, 0x510e527fade682d1,
        0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179,
    ];

    public static byte[] Sha256(string name)
    {
        var state = new uint[Words];
        for (var word = 0; word < Words; word++)
            state[word] = (uint)(Start[word] >> 32);

        for (var blocks = Padded(name, Block256, sizeof(ulong)); !blocks.IsEmpty; blocks = blocks[Block256..])
            Add256(state, blocks);

        var hash = new byte[Words * sizeof(uint)];
        for (var word = 0; word < Words; word++)
            BinaryPrimitives.WriteUInt32BigEndian(hash.AsSpan(word * sizeof(uint)), state[word]);

        return hash;
    }

    public static byte[] Sha512(string name)
    {
        var state = Start.ToArray();
        for (var blocks = Padded(name, Block512, 2 * sizeof(ulong)); !blocks.IsEmpty; blocks = blocks[Block512..])
            Add512(state, blocks);

        var hash = new byte[Words * sizeof(ulong)];
        for (var word = 0; word < Words; word++)
            BinaryPrimitives.WriteUInt64BigEndian(hash.AsSpan(word * sizeof(ulong)), state[word]);

        return hash;
    }

    // The text, a bit 1, zeros, and the length in bits at the end of the last block.
    private static ReadOnlySpan<byte> Padded(string name, int block, int lengthField)
    {
        var length = Encoding.UTF8.GetByteCount(name);
        var padded = new byte[(length + 1 + lengthField + block - 1) / block * block];
        Encoding.UTF8.GetBytes(name, padded);
        padded[length] = 0x80;
        BinaryPrimitives.WriteUInt64BigEndian(padded.AsSpan(padded.Length - sizeof(ulong)), (ulong)length * 8);
        return padded;
    }

    private static void Add256(uint[] state, ReadOnlySpan<byte> block)
    {
        Span<uint> schedule = stackalloc uint[Rounds256];
        for (var round = 0; round < Rounds256; round++)
        {
            schedule[round] = round < 16 ? BinaryPrimitives.ReadUInt32BigEndian(block[(round * sizeof(uint))..])
                : schedule[round - 16] + schedule[round - 7] + Mix(schedule[round - 15], 7, 18, 3) + Mix(schedule[round - 2], 17, 19, 10);
        }

        var (a, b, c, d, e, f, g, h) = (state[0], state[1], state[2], state[3], state[4], state[5], state[6], state[7]);
        for (var round = 0; round < Rounds256; round++)
        {
            var first = h + Turn(e, 6, 11, 25) + ((e & f) ^ (~e & g)) + (uint)(Constants[round] >> 32) + schedule[round];
            var second = Turn(a, 2, 13, 22) + ((a & b) ^ (a & c) ^ (b & c));
            (h, g, f, e, d, c, b, a) = (g, f, e, d + first, c, b, a, first + second);
        }

        ReadOnlySpan<uint> sum = [a, b, c, d, e, f, g, h];
        for (var word = 0; word < Words; word++)
            state[word] += sum[word];
    }

    private static void Add512(ulong[] state, ReadOnlySpan<byte> block)
    {
        Span<ulong> schedule = stackalloc ulong[Rounds512];
        for (var round = 0; round < Rounds512; round++)
        {
            schedule[round] = round < 16 ? BinaryPrimitives.ReadUInt64BigEndian(block[(round * sizeof(ulong))..])
                : schedule[round - 16] + schedule[round - 7] + Mix(schedule[round - 15], 1, 8, 7) + Mix(schedule[round - 2], 19, 61, 6);
        }

        var (a, b, c, d, e, f, g, h) = (state[0], state[1], state[2], state[3], state[4], state[5], state[6], state[7]);
        for (var round = 0; round < Rounds512; round++)
        {
            var first = h + Turn(e, 14, 18, 41) + ((e & f) ^ (~e & g)) + Constants[round] + schedule[round];
            var second = Turn(a, 28, 34, 39) + ((a & b) ^ (a & c) ^ (b & c));
            (h, g, f, e, d, c, b, a) = (g, f, e, d + first, c, b, a, first + second);
        }

        ReadOnlySpan<ulong> sum = [a, b, c, d, e, f, g, h];
        for (var word = 0; word < Words; word++)
            state[word] += sum[word];
    }

    private static T Turn<T>(T word, int first, int second, int third) where T : IBinaryInteger<T> =>
        T.RotateRight(word, first) ^ T.RotateRight(word, second) ^ T.RotateRight(word, third);

    private static T Mix<T>(T word, int first, int second, int shift) where T : IBinaryInteger<T> =>
        T.RotateRight(word, first) ^ T.RotateRight(word, second) ^ (word >>> shift);
}
