using System.Net.Sockets;
using Bridge.Adapter.Tests.Cnm;
using Bridge.Adapter.Service;
using Bridge.Adapter.State;
using CniInvoker.Tests;

namespace Bridge.Adapter.Tests.Service;

/// <summary>Docker finds the driver for as long as it runs, and only one at a time.</summary>
public sealed class LostSocketTests : IAsyncLifetime
{
    private readonly DaemonProcess daemon = new("");

    public ValueTask InitializeAsync()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "The daemon needs root: it makes network namespaces.");
        return new ValueTask(daemon.StartAsync());
    }

    public ValueTask DisposeAsync() => daemon.DisposeAsync();

    [Fact]
    public async Task A_socket_whose_file_was_removed_is_there_again_closed_to_others_as_before()
    {
        File.Delete(daemon.SocketPath);

        await ServesAgainAsync();
        File.GetUnixFileMode(daemon.SocketPath).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.Delete(daemon.SocketPath);
        await ServesAgainAsync();
    }

    [Fact]
    public async Task A_file_in_the_place_of_the_socket_gives_way()
    {
        File.Delete(daemon.SocketPath);
        await File.WriteAllTextAsync(daemon.SocketPath, "", TestContext.Current.CancellationToken);

        await ServesAgainAsync();
    }

    [Fact]
    public async Task A_socket_of_somebody_else_is_told_and_left_alone_also_at_the_end()
    {
        File.Delete(daemon.SocketPath);
        using var other = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        other.Bind(new UnixDomainSocketEndPoint(daemon.SocketPath));
        other.Listen();

        await Eventually.TrueAsync(() => daemon.Log.Contains("Another process listens on", StringComparison.Ordinal), "it is told");
        daemon.Terminate();
        await daemon.EndAsync();
        File.Exists(daemon.SocketPath).Should().BeTrue();
    }

    [Fact]
    public async Task A_second_daemon_with_a_state_of_its_own_takes_neither_the_socket_nor_the_namespaces()
    {
        await using var second = new DaemonProcess("", socket: daemon.SocketPath);
        (await second.RunAsync()).Should().Be(1);
        second.Log.Should().Contain("Another process listens on").And.NotContain("   at ");

        await using var third = new DaemonProcess("", runDirectory: daemon.RunDirectory);
        (await third.RunAsync()).Should().NotBe(0);
        third.Log.Should().Contain($"{daemon.RunDirectory}/lock");

        (await daemon.PostAsync("Plugin.Activate", "")).Status.Should().Be(200);
    }

    [Fact]
    public async Task SIGHUP_ends_nothing()
    {
        daemon.Signal("HUP");

        (await daemon.PostAsync("Plugin.Activate", "")).Status.Should().Be(200);
        daemon.Terminate();
        (await daemon.EndAsync()).Should().Be(0);
    }

    private Task ServesAgainAsync() => Eventually.TrueAsync(() => daemon.Listens, "the daemon can be reached again");
}
