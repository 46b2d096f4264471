using Bridge.Adapter.Doctor.Readings;

namespace Bridge.Adapter.Doctor.Checks;

/// <summary>A package under the names that distributions give it.</summary>
/// <param name="OfDebian">For apt-get.</param>
/// <param name="OfFedora">For dnf.</param>
/// <param name="OfOthers">For zypper, apk and pacman.</param>
internal sealed record Package(string OfDebian, string OfFedora, string OfOthers)
{
    public static Package Plugins { get; } = new("containernetworking-plugins", "containernetworking-plugins", "cni-plugins");

    public static Package Iptables { get; } = new("iptables", "iptables", "iptables");

    /// <param name="version">As Docker names it: Debian's own has "+dfsg" in it.</param>
    public static Package Docker(string version) =>
        new(version.Contains("+dfsg", StringComparison.Ordinal) ? "docker.io" : "docker-ce", "docker-ce", "docker");
}

/// <summary>Commands of the host's package manager.</summary>
internal static class Packages
{
    public static string Install(HostReadings host, Package package) => host.Packages.Value?.Manager switch
    {
        "apt-get" => $"apt-get install {package.OfDebian}",
        "dnf" => $"dnf install {package.OfFedora}",
        "zypper" => $"zypper install {package.OfOthers}",
        "apk" => $"apk add {package.OfOthers}",
        "pacman" => $"pacman -S {package.OfOthers}",
        _ => $"# install {package.OfDebian}",
    };

    public static string Upgrade(HostReadings host, Package package) => host.Packages.Value?.Manager switch
    {
        "apt-get" => $"apt-get update && apt-get install --only-upgrade {package.OfDebian}",
        "dnf" => $"dnf upgrade {package.OfFedora}",
        "zypper" => $"zypper update {package.OfOthers}",
        "apk" => $"apk add --update-cache --upgrade {package.OfOthers}",
        "pacman" => $"pacman -Syu {package.OfOthers}",
        _ => $"# upgrade {package.OfDebian}",
    };
}
