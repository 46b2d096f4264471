using System.Globalization;
using System.Text.RegularExpressions;
using Bridge.TestHosts.Commands;

namespace Bridge.TestHosts.Engines;

/// <summary>A release of Docker Engine, as far as behaviour goes: 28.5 of 28.5.2.</summary>
public readonly partial record struct EngineVersion(int Major, int Minor) : IComparable<EngineVersion>
{
    /// <summary>Containers exist before they are connected to their networks, and so do their sandboxes.</summary>
    public static EngineVersion V28 { get; } = new(28, 0);

    /// <summary>Docker takes the interface's name in the container from a remote driver.</summary>
    public static EngineVersion V29Point8 { get; } = new(29, 8);

    /// <param name="text">Begins with the version, as in <c>20.10.24+dfsg1</c>.</param>
    /// <exception cref="FormatException">It does not begin with one.</exception>
    public static EngineVersion Parse(string text) =>
        TryParse(text) ?? throw new FormatException($"\"{text}\" is no version of Docker Engine; one looks like 28.5.");

    /// <returns>null: the text does not begin with a version.</returns>
    public static EngineVersion? TryParse(string text) =>
        Beginning().Match(text) is { Success: true } match
            ? new EngineVersion(
                int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture),
                int.Parse(match.Groups[2].ValueSpan, CultureInfo.InvariantCulture))
            : null;

    /// <summary>The version of this machine's dockerd; null when none is installed.</summary>
    public static EngineVersion? OfMachine()
    {
        if (HostRequirements.FindProgram("dockerd") is not { } program)
            return null;

        return Said([program, "--version"]);
    }

    /// <summary>The version of the dockerd in a tree; null when it does not tell.</summary>
    /// <param name="tree">The directory of the tree.</param>
    /// <param name="dockerd">Its dockerd, from there.</param>
    public static EngineVersion? OfTree(string tree, string dockerd) => Said(["chroot", tree, $"/{dockerd}", "--version"]);

    private static EngineVersion? Said(IReadOnlyList<string> command)
    {
        using var dockerd = Command.Start(command);
        var said = dockerd.StandardOutput.ReadToEnd();
        dockerd.WaitForExit();
        return TryParse(said.Replace("Docker version ", "", StringComparison.Ordinal));
    }

    public int CompareTo(EngineVersion other) => (Major, Minor).CompareTo((other.Major, other.Minor));

    public static bool operator <(EngineVersion left, EngineVersion right) => left.CompareTo(right) < 0;

    public static bool operator <=(EngineVersion left, EngineVersion right) => left.CompareTo(right) <= 0;

    public static bool operator >(EngineVersion left, EngineVersion right) => left.CompareTo(right) > 0;

    public static bool operator >=(EngineVersion left, EngineVersion right) => left.CompareTo(right) >= 0;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Major}.{Minor}");

    [GeneratedRegex("^([0-9]{1,4})[.]([0-9]{1,4})(?![0-9])")]
    private static partial Regex Beginning();
}
