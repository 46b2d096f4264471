using System.Text.RegularExpressions;

namespace Bridge.Adapter.Doctor.Checks;

/// <summary>A fault of certain versions of Docker.</summary>
/// <param name="First">The first version with it.</param>
/// <param name="Fixed">The first version without it.</param>
/// <param name="Weight">How much it weighs.</param>
/// <param name="What">The end of a sentence that begins with the version.</param>
/// <param name="Why">What that means here.</param>
/// <param name="Command">What to do; null: an upgrade.</param>
internal sealed record KnownDockerFault(
    Version First, Version Fixed, Weight Weight, string What, string Why, string? Command = null)
{
    public bool IsIn(Version version) => version >= First && version < Fixed;
}

internal static class KnownDockerFaults
{
    public static IReadOnlyList<KnownDockerFault> All { get; } =
    [
        new(new(0, 0), new(20, 10), Weight.Warning,
            "is older than every version that cnm-cni is tested with",
            "cnm-cni is tested with Docker 20.10, 26.1 and 28.5."),
        // moby#51558
        new(new(29, 0, 0), new(29, 0, 3), Weight.Error,
            "crashes with any remote network driver", "dockerd ends when a container starts on a network of cnm-cni. 29.0.3 fixes that."),
        new(new(0, 0), new(29, 0, 4), Weight.Note,
            "refuses docker run --ip on a network that was made without --subnet",
            "`cnm-cni networks create` passes --subnet; a network made with docker network create needs it too.",
            "cnm-cni networks create NAME"),
    ];
}

/// <summary>Numbers of versions.</summary>
internal static partial class Releases
{
    /// <param name="text">As in <c>28.5.2+dfsg4</c> or <c>29.0.0-rc.1</c>.</param>
    /// <returns>Null where it does not begin with numbers.</returns>
    public static Version? Parse(string text) =>
        Number().Match(text) is { Success: true } match ? Version.Parse(match.Value) : null;

    [GeneratedRegex(@"^\d{1,5}\.\d{1,5}(\.\d{1,5})?")]
    private static partial Regex Number();
}
