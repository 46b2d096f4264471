using System.Runtime.CompilerServices;

namespace Bridge.Fuzzing.Targets;

internal static class Promise
{
    /// <param name="isKept">Whether the library kept it.</param>
    /// <param name="promise">What is promised, as a sentence.</param>
    /// <param name="found">What was found; built only when the promise is broken.</param>
    /// <exception cref="BrokenPromiseException">It did not.</exception>
    public static void That(bool isKept, string promise, [InterpolatedStringHandlerArgument(nameof(isKept))] ref FoundText found)
    {
        if (!isKept)
            throw new BrokenPromiseException(promise, found.ToString());
    }
}
