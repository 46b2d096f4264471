using Bridge.Adapter.Tests.Sandboxes;

namespace Bridge.Adapter.Tests.Service;

/// <summary>
/// The program in a container of which only the mounts are real: /etc is the container's own, and the host's file system, with another
/// /etc, is mounted at a directory.
/// </summary>
public sealed class HostRootTests : IDisposable
{
    private const string PluginId = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    private const UnixFileMode Executable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "cnm-cni");

    private readonly string _directory = Directory.CreateTempSubdirectory("host-root-").FullName;

    public HostRootTests()
    {
        if (!Environment.IsPrivilegedProcess)
            Assert.Skip("Needs root.");

        Directory.CreateDirectory(Root);
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void The_hosts_settings_file_counts_unless_another_is_named()
    {
        var script = $"""
            echo 'autoNetworks: true' > {Root}/etc/cnm-cni/config.yaml
            {Program} settings
            {Program} settings --config /etc/own.yaml
            """;

        var printed = InContainer(script);

        printed.Split("socket:")[1..].Should().HaveCount(2);
        printed.Split("socket:")[1].Should().Contain("autoNetworks: true").And.Contain($"pluginRoot: {Root}");
        printed.Split("socket:")[2].Should().Contain("autoNetworks: false").And.Contain($"pluginRoot: {Root}");
    }

    [Fact]
    public void Plugins_and_networks_are_the_hosts_and_see_its_paths()
    {
        WriteScript("plugin.sh", """
            #!/bin/sh
            case $CNI_COMMAND in
                VERSION) echo '{"cniVersion":"1.0.0","supportedVersions":["1.0.0"]}' ;;
                *) { echo "path=$CNI_PATH netns=$CNI_NETNS"; cat /etc/only-here; } >> /run/seen; echo '{"cniVersion":"1.0.0"}' ;;
            esac
            """);
        var script = $$"""
            mkdir -p {{Root}}/run/netns {{Root}}/etc/plugins; mount --make-private {{Root}}/run
            cp {{_directory}}/plugin.sh {{Root}}/etc/plugins/hosts
            echo the-hosts > {{Root}}/etc/only-here
            echo '{"cniVersion":"1.0.0","name":"net","plugins":[{"type":"hosts"}]}' > {{Root}}/etc/cni/net.d/10-net.conflist
            printf 'pluginDirectories: [/etc/plugins]\nconfigurationDirectory: /etc/cni/net.d\n' > {{Root}}/etc/cnm-cni/config.yaml
            touch {{Root}}/run/netns/test
            unshare --net mount --bind /proc/self/ns/net {{Root}}/run/netns/test
            {{Program}} cni add net /run/netns/test > /dev/null
            cat {{Root}}/run/seen; ls {{Root}}/var/lib/cnm-cni
            """;

        InContainer(script).Should().Contain("path=/etc/plugins netns=/run/netns/test\nthe-hosts\n").And.EndWith("cni\n");
    }

    [Fact]
    public void The_socket_of_a_managed_plugin_has_its_path_on_the_host()
    {
        var script = $"""
            mkdir -p {Root}/run/docker/plugins/{PluginId} /run/docker/plugins
            mount --bind {Root}/run/docker/plugins/{PluginId} /run/docker/plugins
            {Program} status 2>&1 || true
            """;

        InContainer(script).Should().Contain($"Nothing answers on /run/docker/plugins/{PluginId}/cni.sock");
    }

    [Fact]
    public void A_socket_that_is_not_on_the_host_is_refused() =>
        InContainer($"mkdir -p /run/docker/plugins; {Program} status 2>&1 || echo exit=$?")
            .Should().Contain("socket: the container's directory /run/docker/plugins is not on the host").And.EndWith("exit=1\n");

    [Fact]
    public void A_directory_that_is_not_a_hosts_file_system_is_refused() =>
        InContainer($"umount --lazy {Root}; {Program} status 2>&1 || echo exit=$?")
            .Should().Contain($"pluginRoot: {Root}/proc/self/ns is not there. Mount the host's file system at {Root}")
            .And.EndWith("exit=1\n");

    [Fact]
    public void Without_the_right_to_change_the_root_directory_the_error_names_it() =>
        InContainer($"setpriv --bounding-set -sys_chroot --inh-caps -sys_chroot {Program} status 2>&1 || echo exit=$?")
            .Should().Contain("This needs root and CAP_SYS_CHROOT.").And.EndWith("exit=1\n");

    private string Root => Path.Combine(_directory, "host");

    // Two memory file systems in place of the host's /run, /etc and /var/lib, and two in place of the container's.
    private string InContainer(string script) => Tool.Run("unshare", "--mount", "--propagation", "private", "sh", "-euc", $"""
        mount --rbind / {Root}
        for directory in {Root}/etc {Root}/run {Root}/var/lib /etc /run; do mount -t tmpfs tmpfs $directory; done
        mkdir -p {Root}/etc/cni/net.d {Root}/etc/cnm-cni /etc/cnm-cni
        echo 'pluginRoot: {Root}' > /etc/cnm-cni/config.yaml
        cp /etc/cnm-cni/config.yaml /etc/own.yaml
        {script}
        """);

    private void WriteScript(string name, string content)
    {
        File.WriteAllText(Path.Combine(_directory, name), content);
        File.SetUnixFileMode(Path.Combine(_directory, name), Executable);
    }
}
