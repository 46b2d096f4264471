using System.Net.Sockets;
using Bridge.Adapter.Tests.Cnm;
using Bridge.Adapter.Service;
using Bridge.Adapter.State;

namespace Bridge.Adapter.Tests.Service;

/// <summary>Docker finds the driver for as long as it runs, and only one at a time.</summary>
public sealed class LostSocketTests : IAsyncLifetime
{
    private readonly DaemonProcess _daemon = new("");

    public ValueTask InitializeAsync()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "The daemon needs root: it makes network namespaces.");
        return new ValueTask(_daemon.StartAsync());
    }

    public ValueTask DisposeAsync() => _daemon.DisposeAsync();

    [Fact]
    public async Task A_socket_whose_file_was_removed_is_there_again_closed_to_others_as_before()
    {
        File.Delete(_daemon.SocketPath);

        await ServesAgainAsync();
        File.GetUnixFileMode(_daemon.SocketPath).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.Delete(_daemon.SocketPath);
        await ServesAgainAsync();
    }

    [Fact]
    public async Task A_file_in_the_place_of_the_socket_gives_way()
    {
        File.Delete(_daemon.SocketPath);
        await File.WriteAllTextAsync(_daemon.SocketPath, "", Cancellation);

        await ServesAgainAsync();
    }

    [Fact]
    public async Task A_socket_of_another_process_is_reported_and_not_removed()
    {
        File.Delete(_daemon.SocketPath);
        using var other = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        other.Bind(new UnixDomainSocketEndPoint(_daemon.SocketPath));
        other.Listen();

        await Eventually.TrueAsync(() => _daemon.Log.Contains("Another process now listens on", StringComparison.Ordinal), "it is logged");
        _daemon.Terminate();
        await _daemon.EndAsync();
        File.Exists(_daemon.SocketPath).Should().BeTrue();
    }

    [Fact]
    public async Task A_second_daemon_with_a_state_of_its_own_takes_neither_the_socket_nor_the_namespaces()
    {
        await using var second = new DaemonProcess("", socket: _daemon.SocketPath);
        (await second.RunAsync()).Should().Be(1);
        second.Log.Should().Contain("Another process listens on").And.NotContain("   at ");

        await using var third = new DaemonProcess("", runDirectory: _daemon.RunDirectory);
        (await third.RunAsync()).Should().NotBe(0);
        third.Log.Should().Contain($"{_daemon.RunDirectory}/lock");

        (await _daemon.PostAsync("Plugin.Activate", "")).Status.Should().Be(200);
    }

    [Fact]
    public async Task SIGHUP_ends_nothing()
    {
        _daemon.Signal("HUP");

        (await _daemon.PostAsync("Plugin.Activate", "")).Status.Should().Be(200);
        _daemon.Terminate();
        (await _daemon.EndAsync()).Should().Be(0);
    }

    private Task ServesAgainAsync() => Eventually.TrueAsync(() => _daemon.Listens, "the daemon can be reached again");
}
