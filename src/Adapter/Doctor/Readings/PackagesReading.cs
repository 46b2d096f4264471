namespace Bridge.Adapter.Doctor.Readings;

/// <summary>The package manager of this host's distribution.</summary>
/// <param name="Manager">Its program: <c>apt-get</c>, <c>dnf</c>, …</param>
internal sealed record PackagesReading(string Manager)
{
    private static readonly string[] Managers = ["apt-get", "dnf", "zypper", "apk", "pacman"];
    private static readonly string[] Directories = ["/usr/bin", "/bin", "/sbin"];

    /// <exception cref="SourceException">It has none of those that are known here.</exception>
    public static PackagesReading Read() =>
        Managers.FirstOrDefault(manager => Directories.Any(directory => File.Exists(Path.Combine(directory, manager)))) is { } manager
            ? new PackagesReading(manager)
            : throw new SourceException("this host has no package manager that is known here");
}
