using Bridge.Adapter.Cli;
using Bridge.Adapter.Settings;
using Bridge.Adapter.Tests.Directories;

namespace Bridge.Adapter.Tests.Cli;

/// <summary>What <c>cnm-cni networks</c> says of container runtimes.</summary>
public sealed class ListedDirectoriesTests : IAsyncDisposable
{
    private readonly ScratchHost _host = new();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Each_runtime_has_a_line_and_the_directory_in_force_has_a_reason()
    {
        _host.Write("/etc/containerd/config.toml", "disabled_plugins = [\"cri\"]");
        _host.Write($"{ScratchHost.K3sDirectory}/10-flannel.conflist");
        (await _host.RunAsync(ScratchHost.Containerd)).Failure = 12; // Unimplemented.
        await _host.RunAsync(ScratchHost.K3sSocket, ScratchHost.K3sDirectory, "/srv/bin");
        _host.MakeDirectory("/var/lib/k0s");

        (await LinesAsync()).Should().Equal(
            "",
            "RUNTIME | SOCKET | CONFIGURATIONS | PLUGINS | KNOWN FROM | STATE",
            $"k3s | {ScratchHost.K3sSocket} | {ScratchHost.K3sDirectory} | /srv/bin | it answered | answers",
            "k0s | /run/k0s/containerd.sock | /etc/cni/net.d | /opt/cni/bin | its usual place | no socket",
            "containerd | /run/containerd/containerd.sock | /etc/cni/net.d | /opt/cni/bin | its usual place | CRI disabled",
            "",
            $"cnm-cni uses {ScratchHost.K3sDirectory}: k3s uses it, and it has a configuration file.",
            "k0s: no pods are seen: there is no socket /run/k0s/containerd.sock. Start k0s.",
            "containerd: no pods are seen: \"cri\" is among the disabled_plugins of /etc/containerd/config.toml, as Docker's packages " +
            "have it. This is right where containerd serves Docker alone; for pods, remove \"cri\" there and restart containerd.");
    }

    [Fact]
    public async Task Pods_on_networks_of_another_directory_are_reported_with_the_setting_that_changes_it()
    {
        _host.Write("/srv/a/10-a.conflist");
        _host.Write("/srv/b/10-b.conflist");
        await _host.RunAsync(ScratchHost.K3sSocket, "/srv/a");
        await _host.RunAsync(ScratchHost.Containerd, "/srv/b");

        (await LinesAsync())[^1].Should().Be(
            "containerd: its pods are on the networks of /srv/b, which cnm-cni does not offer. To use them, set configurationDirectory: " +
            "/srv/b, or name one with -o cni.network=NAME.");
    }

    [Fact]
    public async Task Pods_of_a_second_runtime_on_the_same_networks_are_reported_with_its_socket()
    {
        _host.Write($"{ScratchHost.CniDirectory}/10-a.conflist");
        await _host.RunAsync("/var/run/crio/crio.sock");
        await _host.RunAsync(ScratchHost.Containerd, ScratchHost.CniDirectory);

        (await LinesAsync())[^1].Should().Be(
            "containerd: its pods are not seen, because /var/run/crio/crio.sock is asked for pods. To see them, set criSocket: " +
            "/run/containerd/containerd.sock.");
    }

    [Fact]
    public async Task A_host_without_container_runtimes_has_no_such_lines() => (await LinesAsync()).Should().Equal("");

    private async Task<string[]> LinesAsync()
    {
        var output = new StringWriter();
        ListedDirectories.Of(await _host.FindAsync(new AdapterSettings()), []).WriteTo(output);
        return [.. _host.Shown(output.ToString()).TrimEnd().Split('\n')
            .Select(line => string.Join(" | ", line.Split("  ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)))];
    }
}
