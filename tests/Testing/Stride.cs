using System.Globalization;

namespace Bridge.Testing;

/// <summary>Which steps are struck: every one, or where all would take too long, one in so many, from a random one on.</summary>
internal static class Stride
{
    private const string Variable = "BRIDGE_FAULT_STRIDE";

    public static int Length { get; } =
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } number ? int.Parse(number, CultureInfo.InvariantCulture) : 1;

    /// <summary>Another one in every test.</summary>
    public static int First => Random.Shared.Next(1, Length + 1);
}
