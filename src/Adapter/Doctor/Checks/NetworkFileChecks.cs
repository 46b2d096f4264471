using Bridge.Adapter.Advice;
using Bridge.Adapter.Directories;
using Bridge.Adapter.Doctor.Readings;

namespace Bridge.Adapter.Doctor.Checks;

internal sealed class DirectoriesCheck() : Check<FoundDirectories>(host => host.Directories)
{
    public override string Id => "cni-directories";

    public override string Title => "There are CNI networks, and a directory of plugins";

    public override string Inspects => "the directories that cnm-cni uses ([directories.md](directories.md))";

    protected override IEnumerable<Finding> Find(FoundDirectories reading, HostReadings host)
    {
        if (host.Networks.Value is { Contents: { Networks.Count: 0, Problems.Count: 0 } })
            yield return Finding.Error(
                $"There is no CNI network in {reading.ConfigurationDirectory}.",
                $"cnm-cni uses this directory because: {reading.Reason}. A Docker network needs a CNI network.",
                $"ls -l {reading.ConfigurationDirectory}", "cnm-cni networks");

        if (!reading.PluginDirectories.Any(Directory.Exists))
            yield return Finding.Error(
                $"None of the plugin directories exists: {string.Join(", ", reading.PluginDirectories)}.",
                "Without plugins no CNI network can be used.", Packages.Install(host, Package.Plugins));
    }
}

internal sealed class NetworksCheck() : Check<NetworksReading>(host => host.Networks)
{
    public override string Id => "cni-networks";

    public override string Title => "Every CNI configuration can be used, and means what it seems to mean";

    public override string Inspects => 
        "the advice of `cnm-cni networks` on configuration files, but for [notes](cni.md#notes-on-configurations)";

    protected override IEnumerable<Finding> Find(NetworksReading reading, HostReadings host)
    {
        const string Show = "cnm-cni networks";
        var problems = reading.Contents.Problems.Select(problem => (problem.File, problem.Message)).ToHashSet();
        foreach (var (file, message) in problems)
            yield return Finding.Warning(
                $"{file} is not used: {ErrorDescription.Sentence(message)}", "Its network does not exist for cnm-cni.", Show);

        // Of a directory that is not there the check of directories reports more.
        foreach (var warning in reading.Contents.Warnings.Where(warning => Path.Exists(warning.File)))
            yield return Finding.Warning(
                $"{warning.File}: {ErrorDescription.Sentence(warning.Message)}", "The network is used all the same.", Show);

        foreach (var note in reading.Notes.Where(note => note.Severity != Severity.Note && !problems.Contains((note.File, note.Message))))
            yield return note.Severity == Severity.Error
                ? Finding.Error($"{note.File}: {ErrorDescription.Sentence(note.Message)}", "The network cannot work.", Show)
                : Finding.Warning($"{note.File}: {ErrorDescription.Sentence(note.Message)}", "It works, but not as it seems.", Show);
    }
}

internal sealed class SubnetsCheck() : Check<NetworksReading>(host => host.Networks)
{
    public override string Id => "subnets";

    public override string Title => "No subnet overlaps another one, a route of the host or one of Docker's";

    public override string Inspects => 
        "the CNI networks; the host's routes; Docker's networks and `default-address-pools`, where it answers";

    protected override IEnumerable<Finding> Find(NetworksReading reading, HostReadings host)
    {
        foreach (var note in reading.Overlaps)
            yield return new Finding(
                note.Severity switch
                {
                    Severity.Error => Weight.Error,
                    Severity.Warning => Weight.Warning,
                    _ => Weight.Note,
                },
                $"{note.File}: {ErrorDescription.Sentence(note.Message)}",
                "Packets to an address that two networks have reach one of them.",
                ["ip route", "cnm-cni networks"]);

        if (host.Docker.WhyNot is { } why)
            yield return Finding.NotChecked($"subnets were not compared with Docker's: {why}");
    }
}
