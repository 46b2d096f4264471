namespace Bridge.Adapter.Tests.Service;

/// <summary>The socket exists before the daemon and after it, and between two of it.</summary>
public sealed class SocketActivationTests : IDisposable
{
    private const string Tcp = "socket(my $s, PF_INET, SOCK_STREAM, 0); listen($s, 16);";
    private const string Datagrams = "socket(my $s, AF_UNIX, SOCK_DGRAM, 0); bind($s, pack_sockaddr_un($path)) or die $!;";
    private const string Deaf = "socket(my $s, AF_UNIX, SOCK_STREAM, 0); bind($s, pack_sockaddr_un($path)) or die $!;";
    private const string Nameless = "socket(my $s, AF_UNIX, SOCK_STREAM, 0); listen($s, 16);";
    private const string File = "open(my $s, '<', '/dev/null');";

    private readonly ServiceManager _manager = new();

    public void Dispose() => _manager.Dispose();

    [Fact]
    public async Task A_socket_that_was_handed_over_is_served_and_its_file_outlives_the_daemon()
    {
        var daemon = _manager.StartWithSocket();
        (await _manager.PostAsync("Plugin.Activate", "", Cancellation)).Should().Contain("NetworkDriver");

        (await ServiceManager.StopAsync(daemon, Cancellation)).Should().Be(0);

        System.IO.File.Exists(_manager.SocketPath).Should().BeTrue();
    }

    [Fact]
    public async Task Descriptors_for_another_process_are_ignored_and_a_socket_of_its_own_is_made_and_removed()
    {
        var daemon = _manager.StartWithSocket(path: _manager.PathOf("other.sock"), variables: ("LISTEN_PID", "1"));
        (await _manager.PostAsync("Plugin.Activate", "", Cancellation)).Should().Contain("NetworkDriver");

        (await ServiceManager.StopAsync(daemon, Cancellation)).Should().Be(0);

        System.IO.File.Exists(_manager.SocketPath).Should().BeFalse();
        System.IO.File.Exists(_manager.PathOf("other.sock")).Should().BeTrue();
    }

    [Theory]
    [InlineData(ServiceManager.Listening, "other.sock", 1, "passed a unix stream socket bound to *other.sock; cnm-cni expects")]
    [InlineData(ServiceManager.Listening, null, 2, "passed 2 sockets; cnm-cni expects")]
    [InlineData(Tcp, null, 1, "passed a socket of family InterNetwork; cnm-cni expects")]
    [InlineData(Datagrams, null, 1, "passed a unix socket of type Dgram (*cni.sock); cnm-cni expects")]
    [InlineData(Deaf, null, 1, "passed a unix stream socket that does not listen; cnm-cni expects")]
    [InlineData(Nameless, null, 1, "passed a unix stream socket *; cnm-cni expects")]
    [InlineData(File, null, 1, "passed something that is not a socket of a known family; cnm-cni expects")]
    public async Task A_descriptor_that_is_not_the_configured_socket_is_refused_with_what_it_is(
        string make, string? name, int count, string found)
    {
        var daemon = _manager.StartWithSocket(make, name is null ? null : _manager.PathOf(name), count);

        var said = await daemon.StandardError.ReadToEndAsync(Cancellation);

        await daemon.WaitForExitAsync(Cancellation);
        daemon.ExitCode.Should().Be(1);
        said.Should().Match(
            $"The service manager {found} one listening unix stream socket bound to {_manager.SocketPath}. *ListenStream*\n");
    }

    [Fact]
    public async Task Plugins_get_neither_the_variables_nor_the_descriptors()
    {
        var plugin = _manager.PathOf("bin/witness");
        await System.IO.File.WriteAllTextAsync(plugin, $$"""
            #!/bin/sh
            { env; ls -l /proc/$$/fd; } > {{_manager.PathOf("seen")}}.$$ && mv {{_manager.PathOf("seen")}}.$$ {{_manager.PathOf("seen")}}
            echo '{"cniVersion":"1.1.0","supportedVersions":["1.0.0"]}'
            """, Cancellation);
        System.IO.File.SetUnixFileMode(plugin, (UnixFileMode)0b111_101_101);
        await System.IO.File.WriteAllTextAsync(_manager.PathOf("net.d/10-pods.conflist"),
            """{ "cniVersion": "1.0.0", "name": "pods", "plugins": [ { "type": "witness" } ] }""", Cancellation);
        using var notified = new NotifySocket(_manager.PathOf("notify"));
        _manager.StartWithSocket(variables: [("NOTIFY_SOCKET", notified.Address), ("WATCHDOG_USEC", "30000000")]);

        await _manager.PostAsync("NetworkDriver.CreateNetwork", $$"""
            {
              "NetworkID": "{{new string('a', 64)}}",
              "Options": { "com.docker.network.generic": { "cni.network": "pods" } },
              "IPv4Data": [{ "AddressSpace": "null", "Pool": "0.0.0.0/0" }]
            }
            """, Cancellation);

        var seen = await System.IO.File.ReadAllTextAsync(_manager.PathOf("seen"), Cancellation);
        seen.Should().Contain("CNI_COMMAND=VERSION");
        seen.Should().NotContainAny("LISTEN_", "NOTIFY_SOCKET", "WATCHDOG_", "socket:");
    }
}
