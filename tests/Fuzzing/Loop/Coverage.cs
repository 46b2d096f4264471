using System.Runtime.InteropServices;
using SharpFuzz.Common;

namespace Bridge.Fuzzing.Loop;

/// <summary>Which ways through the instrumented library were taken, and about how often each.</summary>
internal sealed unsafe class Coverage : IDisposable
{
    private const int Size = 1 << 16;

    // Where the instrumented library counts; one byte for each edge.
    private readonly byte* _hits = (byte*)NativeMemory.AllocZeroed(Size);

    // The magnitudes in which each edge has been taken so far, one bit for each.
    private readonly byte[] _known = new byte[Size];

    public Coverage() => Trace.SharedMem = _hits;

    /// <summary>How many edges have been taken so far.</summary>
    public int Edges { get; private set; }

    private ReadOnlySpan<byte> Hits => new(_hits, Size);

    /// <summary>To be called before each run.</summary>
    public void Restart()
    {
        NativeMemory.Clear(_hits, Size);
        Trace.PrevLocation = 0;
    }

    /// <summary>Remembers the way of the run since <see cref="Restart"/>.</summary>
    /// <returns>Whether it led over a new edge, or over an old one in a new magnitude.</returns>
    public bool Learn()
    {
        var isNew = false;
        foreach (var edge in Taken())
        {
            var magnitude = Magnitude(_hits[edge]);
            if ((_known[edge] & magnitude) == 0)
            {
                Edges += _known[edge] == 0 ? 1 : 0;
                _known[edge] |= magnitude;
                isNew = true;
            }
        }

        return isNew;
    }

    /// <summary>The edges of the run since <see cref="Restart"/>.</summary>
    public List<int> Taken()
    {
        var edges = new List<int>(256);
        var rest = Hits;
        for (var next = rest.IndexOfAnyExcept((byte)0); next >= 0; next = rest.IndexOfAnyExcept((byte)0))
        {
            edges.Add(Size - rest.Length + next);
            rest = rest[(next + 1)..];
        }

        return edges;
    }

    public void Dispose() => NativeMemory.Free(_hits);

    private static byte Magnitude(byte hits) => hits switch
    {
        <= 3 => (byte)(1 << (hits - 1)),
        <= 7 => 8,
        <= 15 => 16,
        <= 31 => 32,
        <= 127 => 64,
        _ => 128,
    };
}
