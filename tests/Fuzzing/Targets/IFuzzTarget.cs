namespace Bridge.Fuzzing.Targets;

/// <summary>A part of the library that reads what others wrote.</summary>
internal interface IFuzzTarget
{
    /// <summary>Reads one input, and asks whether the library keeps its promises about it.</summary>
    /// <param name="input">Any bytes at all.</param>
    /// <exception cref="BrokenPromiseException">The library did something else than understand or refuse the input. Any other exception
    /// means the same.</exception>
    void Run(ReadOnlyMemory<byte> input);
}
