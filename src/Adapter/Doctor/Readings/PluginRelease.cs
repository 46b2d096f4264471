using System.Text.RegularExpressions;

namespace Bridge.Adapter.Doctor.Readings;

/// <summary>The release of a stock plugin: what it prints, else that of the Debian package which brought it.</summary>
internal static partial class PluginRelease
{
    private const string Package = "containernetworking-plugins";
    private const string Files = $"/var/lib/dpkg/info/{Package}.list";
    private const string Status = "/var/lib/dpkg/status";

    /// <param name="about">As in "CNI bridge plugin v1.4.0".</param>
    public static Version? Printed(string about) =>
        About().Match(about) is { Success: true } match ? Version.Parse(match.Groups["version"].ValueSpan) : null;

    /// <summary>Debian's builds print "version unknown".</summary>
    public static Version? Packaged(string file)
    {
        try
        {
            return File.Exists(Files) && File.ReadLines(Files).Contains(file) ? OfPackage(File.ReadLines(Status)) : null;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <param name="status">dpkg's list of packages: blocks of lines with an empty line between them.</param>
    public static Version? OfPackage(IEnumerable<string> status)
    {
        var version = status.SkipWhile(line => line != $"Package: {Package}").TakeWhile(line => line.Length > 0)
            .FirstOrDefault(line => line.StartsWith("Version: ", StringComparison.Ordinal));
        return version is not null && PackageVersion().Match(version) is { Success: true } match
            ? Version.Parse(match.Groups["version"].ValueSpan)
            : null;
    }

    [GeneratedRegex(@"^CNI \S+ plugin v(?<version>\d+\.\d+\.\d+)", RegexOptions.Multiline)]
    private static partial Regex About();

    // An epoch may precede it: "1:1.1.1+ds1-3".
    [GeneratedRegex(@"^Version: (?:\d+:)?(?<version>\d+\.\d+\.\d+)")]
    private static partial Regex PackageVersion();
}
