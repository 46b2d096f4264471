using Bridge.Adapter.Doctor.Readings;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;

namespace Bridge.Adapter.Doctor.Checks;

internal sealed class StateDirectoryCheck() : Check<StateReading>(host => host.State)
{
    public override string Id => "state-directory";

    public override string Title => "The directories of cnm-cni are its own, and every record can be read";

    public override string Inspects => "the settings `stateDirectory` and `runDirectory`: owner, mode and records";

    protected override IEnumerable<Finding> Find(StateReading reading, HostReadings host)
    {
        if (reading.DirectoryProblem is { } problem)
            yield return Finding.Error(problem, "cnm-cni does not start with it.", $"ls -ld {Directories(host)}");
        else if (reading.Open.Count > 0)
            yield return Finding.Warning(
                $"Other users have rights to {string.Join(" and ", reading.Open)}.",
                "The files there decide what cnm-cni does as root, and may hold secrets of CNI configurations.",
                $"chmod 700 {string.Join(' ', reading.Open)}");

        foreach (var (file, reason) in reading.Unreadable)
            yield return Finding.Warning(
                $"The record {file} cannot be read: {ErrorDescription.Sentence(reason)}",
                "cnm-cni does not know the attachment, and keeps its address and its namespace. Restart the containers that " +
                "`cnm-cni status` does not show, then remove the file.",
                "cnm-cni status", $"rm {Texts.Quoted(file)}");
    }

    private static string Directories(HostReadings host) =>
        $"{host.Settings.Settings.StateDirectory} {host.Settings.Settings.RunDirectory}";
}

internal sealed class DiskSpaceCheck() : Check<DisksReading>(host => host.Disks)
{
    // A record has 16 KiB at most in practice; a container has two, and its IPAM plugin a file.
    private const ulong LeastBytes = 4 << 20;
    private const ulong FewBytes = 64 << 20;
    private const ulong LeastFiles = 64;
    private const ulong FewFiles = 1024;

    public override string Id => "disk-space";

    public override string Title => "There is room for records and for addresses";

    public override string Inspects =>
        "space and inodes of `stateDirectory`, `runDirectory`, `/var/lib/cni` and the stores of `host-local`, and of what is mounted below";

    protected override IEnumerable<Finding> Find(DisksReading reading, HostReadings host)
    {
        const string Why = "cnm-cni does not start work that it cannot record: no container can be attached.";
        foreach (var (path, space) in reading.Disks)
        {
            var hasFiles = space.Files > 0;
            if (space.IsReadOnly)
                yield return Finding.Error(
                    $"The file system of {path} is read-only.", Why, $"mount -o remount,rw \"$(findmnt -n -o TARGET --target {path})\"");
            else if (space.FreeBytes < LeastBytes)
                yield return Finding.Error($"The file system of {path} is full: {space.FreeBytes >> 10} KiB are left.", Why, Show(path));
            else if (hasFiles && space.FreeFiles < LeastFiles)
                yield return Finding.Error(
                    $"The file system of {path} has {space.FreeFiles} inodes left.", Why, $"df -i {path}", Show(path));
            else if (space.FreeBytes < FewBytes)
                yield return Finding.Warning($"The file system of {path} has {space.FreeBytes >> 20} MiB left.", Why, Show(path));
            else if (hasFiles && space.FreeFiles < FewFiles)
                yield return Finding.Warning(
                    $"The file system of {path} has {space.FreeFiles} inodes left.", Why, $"df -i {path}", Show(path));
        }
    }

    private static string Show(string path) => $"du -xh --max-depth=2 \"$(findmnt -n -o TARGET --target {path})\" | sort -h | tail";
}

internal sealed class ClockCheck() : Check<ClockReading>(host => host.Clock)
{
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(2);

    public override string Id => "clock";

    public override string Title => "The clock has not jumped back, and is kept by a time service";

    public override string Inspects => "the times of records; adjtimex(2)";

    protected override IEnumerable<Finding> Find(ClockReading reading, HostReadings host)
    {
        if (host.State.Value?.PluginRecords.Count(record => record.Since > reading.Now + Tolerance) is > 0 and var future)
            yield return Finding.Warning(
                $"{future} records are from the future: the clock was set back.",
                "Ages are wrong in `cnm-cni status`, and certificates of cluster plugins may not be valid yet.",
                "timedatectl set-ntp true");

        if (reading.IsSynchronized == false)
            yield return Finding.Note(
                "The kernel knows of no time service that keeps the clock.",
                "Logs of several hosts cannot be compared, and plugins that talk to a cluster may be refused.",
                "timedatectl set-ntp true");
    }
}

internal sealed class LeftoversCheck() : Check<StateReading>(host => host.State)
{
    public override string Id => "leftovers";

    public override string Title => "Nothing of removed containers is left";

    public override string Inspects => 
        "pending clean-ups in the records; while the daemon is down also `RUN/netns` and links named as cnm-cni's";

    protected override IEnumerable<Finding> Find(StateReading reading, HostReadings host)
    {
        foreach (var record in reading.PluginRecords.Where(record => record is { IsCleanupPending: true, CleanupAttempts: > 0 }))
            yield return Finding.Warning(
                $"What container {record.ContainerName ?? Cnm.DockerId.Short(record.ContainerId)} had on CNI network {record.CniNetwork} " +
                $"could not be removed in {record.CleanupAttempts} attempts: {ErrorDescription.Sentence(record.CleanupError ?? "unknown")}",
                "Its address and its firewall rules stay until DEL succeeds. cnm-cni retries by itself.",
                "cnm-cni repair");

        if (host.Daemon.Value is not null || reading.Unreadable.Count > 0)
            yield break; // The daemon compares, and reports; without all records nothing is certain.

        var ids = reading.PluginRecords.Select(record => record.ContainerId).ToHashSet(StringComparer.Ordinal);
        if (reading.Namespaces.Count(id => !ids.Contains(id)) is > 0 and var namespaces)
            yield return Finding.Warning(
                $"{namespaces} staging namespaces in {host.Settings.Settings.RunDirectory}/netns belong to no attachment.",
                "They keep what plugins made in them. The daemon removes them when it starts.",
                "systemctl start cnm-cni");

        var claimed = reading.Attachments.Select(record => record.HostInterfaceName).ToHashSet(StringComparer.Ordinal);
        foreach (var link in host.Links.Value?.Links.Where(link => InterfaceNames.IsHost(link.Name) && !claimed.Contains(link.Name)) ?? [])
            yield return Finding.Warning(
                $"Link {link.Name} is named like an attachment on its way to a container, and no attachment has it.",
                "It may keep an address. Unless another program made it, remove it.",
                $"ip link delete {link.Name}");
    }
}
