using Bridge.TestHosts;
using Bridge.TestHosts.Commands;

namespace Bridge.Soak.Stage;

/// <summary>
/// The state directory of cnm-cni as a file system of a few megabytes that can be filled to its last byte: ext4 on a loop device, or a
/// limited tmpfs where there is no loop device to be had. The kernel detaches the device when the host, and with it the mount,
/// ends.
/// </summary>
internal sealed class StateDisk(TestHost host)
{
    private const string Filler = $"{Paths.State}/filler";

    /// <summary>What it is made of.</summary>
    public string Kind { get; private set; } = "";

    public async Task MountAsync(CancellationToken cancellationToken)
    {
        Kind = await TryMountLoopAsync(cancellationToken) ? "ext4 on a loop device" : "a tmpfs, since no loop device can be had here";
        if (Kind.StartsWith("ext4", StringComparison.Ordinal))
            return;

        (await host.RunAsync(["mount", "-t", "tmpfs", "-o", "size=4m,mode=700", "soak", Paths.State], cancellationToken)).EnsureSuccess();
    }

    public async Task FillAsync(CancellationToken cancellationToken) =>
        await ShellAsync($"cat /dev/zero > {Filler}; sync {Filler}; cat /dev/zero >> {Filler}", cancellationToken);

    public void Free() => File.Delete(host.PathOf(Filler));

    private async Task<bool> TryMountLoopAsync(CancellationToken cancellationToken)
    {
        var made = await ShellAsync(
            $"truncate -s 6M {Paths.StateImage} && mkfs.ext4 -q -F -m 0 {Paths.StateImage} && mount -o loop {Paths.StateImage} " +
            $"{Paths.State}", cancellationToken);
        return made.Succeeded;
    }

    private Task<CommandResult> ShellAsync(string script, CancellationToken cancellationToken) =>
        host.RunAsync(["sh", "-c", script], cancellationToken);
}
