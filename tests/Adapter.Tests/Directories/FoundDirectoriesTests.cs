using Bridge.Adapter.Directories;
using Bridge.Adapter.Settings;

namespace Bridge.Adapter.Tests.Directories;

/// <summary>Which directories are in force on a host as it stands.</summary>
public sealed class FoundDirectoriesTests : IAsyncDisposable
{
    private readonly ScratchHost _host = new();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Without_a_container_runtime_the_directories_are_those_of_CNI()
    {
        var found = await _host.FindAsync();

        Shown(found.ConfigurationDirectories).Should().Equal(ScratchHost.CniDirectory);
        Shown(found.PluginDirectories).Should().Equal("/opt/cni/bin", "/usr/lib/cni", "/usr/libexec/cni");
        found.CriSocket.Should().BeNull();
    }

    [Fact]
    public async Task The_directories_that_containerd_answers_are_in_force_when_they_have_a_configuration()
    {
        _host.Write("/srv/net.d/10-pods.conflist");
        _host.Write($"{ScratchHost.CniDirectory}/87-podman.conflist");
        await _host.RunAsync(ScratchHost.Containerd, "/srv/net.d", "/srv/bin");

        var found = await _host.FindAsync();

        Shown(found.ConfigurationDirectories).Should().Equal("/srv/net.d", ScratchHost.CniDirectory);
        Shown(found.PluginDirectories).Should().Equal("/srv/bin", "/opt/cni/bin", "/usr/lib/cni", "/usr/libexec/cni");
        _host.Shown(found.CriSocket).Should().Be(ScratchHost.Containerd);
        found.Reason.Should().Be("containerd uses it, and it has a configuration file");
    }

    [Theory]
    [InlineData("""{"cni":{"binDir":"","binDirs":["ROOT/a","ROOT/b"],"confDir":"ROOT/net.d"}}""", "{}")] // containerd 2.1
    [InlineData("{}", """{"PluginDirs":["ROOT/a","ROOT/b"],"PluginConfDir":"ROOT/net.d","PluginMaxConfNum":1}""")]
    [InlineData("no JSON", """{"PluginDirs":["ROOT/a","ROOT/b"],"PluginConfDir":"ROOT/net.d/"}""")]
    public async Task Both_forms_of_containerd_s_answer_are_read(string config, string cniconfig)
    {
        _host.Write("/net.d/10-pods.conflist");
        var runtime = await _host.RunAsync(ScratchHost.Containerd);
        runtime.Info["config"] = config.Replace("ROOT", _host.PathOf(""), StringComparison.Ordinal);
        runtime.Info["cniconfig"] = cniconfig.Replace("ROOT", _host.PathOf(""), StringComparison.Ordinal);

        var found = await _host.FindAsync();

        _host.Shown(found.ConfigurationDirectory).Should().Be("/net.d");
        Shown(found.PluginDirectories).Take(2).Should().Equal("/a", "/b");
    }

    [Theory]
    [InlineData("/var/lib/rancher/k3s/agent/etc/cni/net.d", "/var/lib/rancher/k3s/data/cni", "k3s")]
    [InlineData("/var/lib/rancher/k3s/agent/etc/cni/net.d", "/var/lib/rancher/k3s/data/current/bin", "k3s")]
    [InlineData("/var/snap/microk8s/current/args/cni-network", "/var/snap/microk8s/current/opt/cni/bin", "MicroK8s")]
    [InlineData("/var/snap/microk8s/current/args/cni-network", "/snap/microk8s/current/opt/cni/bin", "MicroK8s")]
    public void A_known_place_with_a_configuration_is_found_before_its_runtime_answers(string directory, string plugins, string runtime)
    {
        _host.Write($"{directory}/10-pods.conflist");
        _host.MakeDirectory(plugins);
        _host.Write($"{ScratchHost.CniDirectory}/87-podman.conflist");

        var found = _host.Discover().Current;

        Shown(found.ConfigurationDirectories).Should().Equal(directory, ScratchHost.CniDirectory);
        Shown(found.PluginDirectories).Should().Contain(plugins);
        found.Reason.Should().StartWith(runtime + " uses it");
    }

    [Fact]
    public async Task A_runtime_that_answers_comes_before_one_that_is_only_installed()
    {
        _host.Write($"{ScratchHost.K3sDirectory}/10-flannel.conflist");
        _host.Write($"{ScratchHost.CniDirectory}/10-calico.conflist");
        await _host.RunAsync(ScratchHost.Containerd, ScratchHost.CniDirectory);

        Shown((await _host.FindAsync()).ConfigurationDirectories).Should().Equal(ScratchHost.CniDirectory, ScratchHost.K3sDirectory);
    }

    [Fact]
    public async Task A_runtime_whose_directory_is_empty_gives_way_to_one_with_a_configuration()
    {
        _host.Write($"{ScratchHost.K3sDirectory}/10-flannel.conflist");
        _host.MakeDirectory(ScratchHost.CniDirectory);
        await _host.RunAsync(ScratchHost.Containerd, ScratchHost.CniDirectory);
        await _host.RunAsync(ScratchHost.K3sSocket, ScratchHost.K3sDirectory);

        var found = await _host.FindAsync();

        _host.Shown(found.ConfigurationDirectory).Should().Be(ScratchHost.K3sDirectory);
        _host.Shown(found.CriSocket).Should().Be(ScratchHost.K3sSocket);
    }

    [Fact]
    public async Task A_directory_without_a_configuration_is_in_force_when_no_other_has_one()
    {
        await _host.RunAsync(ScratchHost.K3sSocket, "/srv/empty");

        var found = await _host.FindAsync();

        _host.Shown(found.ConfigurationDirectory).Should().Be("/srv/empty");
        found.Reason.Should().Be("k3s uses it, and no directory has a configuration file yet");
    }

    [Fact]
    public async Task RKE2_is_told_from_k3s_by_its_directory()
    {
        _host.MakeDirectory("/var/lib/rancher/rke2");
        await _host.RunAsync(ScratchHost.K3sSocket);

        (await _host.FindAsync()).Runtimes.Select(runtime => (runtime.Name, _host.Shown(runtime.ConfigurationDirectory)))
            .Should().Equal(("RKE2", ScratchHost.CniDirectory));
    }

    [Fact]
    public async Task A_containerd_without_its_CRI_plugin_has_no_directories()
    {
        _host.Write("/etc/containerd/config.toml", """
            #   Licensed
            disabled_plugins = ["cri"]
            """);
        _host.Write($"{ScratchHost.K3sDirectory}/10-flannel.conflist");
        _host.Write($"{ScratchHost.CniDirectory}/87-podman.conflist");
        (await _host.RunAsync(ScratchHost.Containerd)).Failure = 12; // Unimplemented.

        var found = await _host.FindAsync();

        _host.Shown(found.ConfigurationDirectory).Should().Be(ScratchHost.K3sDirectory);
        var containerd = found.Runtimes.Should().ContainSingle(runtime => runtime.Name == "containerd").Subject;
        containerd.State.Should().Be(RuntimeState.Disabled);
        _host.Shown(containerd.Problem).Should().Contain("\"cri\" is among the disabled_plugins of /etc/containerd/config.toml");
    }

    [Fact]
    public async Task The_directories_of_CRI_O_are_in_its_files_and_a_later_file_decides()
    {
        _host.Write("/etc/crio/crio.conf", """
            [crio.network]
            network_dir = "/elsewhere"
            """);
        _host.Write("/etc/crio/crio.conf.d/10-network.conf", $"""
            [crio.image]
            plugin_dirs = ["/no"] # Another table's.
            [crio.network]
            # network_dir = "/commented"
            network_dir = "{_host.PathOf("/srv/crio/")}" # "/comment"
            plugin_dirs = [
              "{_host.PathOf("/srv/bin")}", # The first.
              '/usr/libexec/cni',
            ]
            """);
        _host.Write("/srv/crio/100-crio-bridge.conflist");
        await _host.RunAsync("/var/run/crio/crio.sock");

        var found = await _host.FindAsync();

        _host.Shown(found.ConfigurationDirectory).Should().Be("/srv/crio");
        Shown(found.PluginDirectories).Take(2).Should().Equal("/srv/bin", "/usr/libexec/cni");
        _host.Shown(found.Runtimes.Single().Source).Should().Be("/etc/crio/crio.conf.d/10-network.conf");
    }

    [Fact]
    public void The_directories_of_a_containerd_that_does_not_run_are_read_from_its_settings()
    {
        _host.Write("/etc/containerd/config.toml", $"""
            version = 2
            [plugins."io.containerd.grpc.v1.cri".cni]
              bin_dir = "{_host.PathOf("/srv/bin")}"
              conf_dir = "{_host.PathOf("/srv/net.d")}"
            """);
        _host.Write("/srv/net.d/10-pods.conflist");

        _host.Shown(_host.Discover().Current.ConfigurationDirectory).Should().Be("/srv/net.d");
    }

    [Fact]
    public async Task A_directory_of_one_version_is_replaced_by_the_lasting_link_to_it()
    {
        _host.Write("/var/snap/microk8s/8511/args/cni-network/cni.conflist");
        Directory.CreateSymbolicLink(_host.PathOf("/var/snap/microk8s/current"), "8511");
        _host.Write("/var/snap/microk8s/8511/args/containerd.toml", $"""
            [plugins."io.containerd.grpc.v1.cri".cni]
            conf_dir = "{_host.PathOf("/var/snap/microk8s/8511/args/cni-network")}"
            """);
        _host.Shown(_host.Discover().Current.ConfigurationDirectory).Should().Be("/var/snap/microk8s/current/args/cni-network");

        await _host.RunAsync("/var/snap/microk8s/common/run/containerd.sock", "/var/snap/microk8s/8511/args/cni-network");

        _host.Shown((await _host.FindAsync()).ConfigurationDirectory).Should().Be("/var/snap/microk8s/current/args/cni-network");
    }

    [Fact]
    public async Task Each_setting_decides_alone()
    {
        _host.Write($"{ScratchHost.K3sDirectory}/10-flannel.conflist");
        _host.MakeDirectory("/srv/bin");
        await _host.RunAsync(ScratchHost.K3sSocket, ScratchHost.K3sDirectory, "/srv/bin");

        var directory = await _host.FindAsync(new AdapterSettings { ConfigurationDirectory = "/given" });
        var plugins = await _host.FindAsync(new AdapterSettings { PluginDirectories = ["/given"] });
        var socket = await _host.FindAsync(new AdapterSettings { CriSocket = "/given.sock" });

        directory.ConfigurationDirectories.Should().Equal("/given");
        directory.PluginDirectories.Should().Contain(_host.PathOf("/srv/bin"));
        _host.Shown(directory.CriSocket).Should().Be(ScratchHost.K3sSocket);
        plugins.PluginDirectories.Should().Equal("/given");
        _host.Shown(plugins.ConfigurationDirectory).Should().Be(ScratchHost.K3sDirectory);
        socket.CriSocket.Should().Be("/given.sock");
        socket.Runtimes.Should().Contain(runtime => runtime.Name == "k3s" && runtime.State == RuntimeState.NotAsked);
    }

    private IEnumerable<string> Shown(IEnumerable<string> paths) => paths.Select(_host.Shown);
}
