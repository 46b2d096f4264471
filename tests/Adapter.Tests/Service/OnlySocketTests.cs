using Bridge.Adapter.Tests.Cnm;

namespace Bridge.Adapter.Tests.Service;

/// <summary>Docker's plugin socket is the only one on which the published program listens.</summary>
public sealed class OnlySocketTests
{
    // __SO_ACCEPTCON, see /proc/net/unix in proc(5).
    private const string Listening = "00010000";
    private const int FlagsField = 3;
    private const int PathField = 7;

    [Fact]
    public async Task The_published_program_listens_nowhere_else()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "The daemon needs root: it makes network namespaces.");
        await using var daemon = new DaemonProcess("");
        Assert.SkipUnless(DaemonProcess.IsPublished, "Not the published program: .NET listens for its development tools.");
        await daemon.StartAsync();

        // Its network namespace is its own, so these are its sockets and nobody else's.
        var listening = File.ReadLines($"/proc/{daemon.Id}/net/unix").Skip(1)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(fields => fields[FlagsField] == Listening).Select(fields => fields[PathField]);

        listening.Should().OnlyContain(path => path == daemon.SocketPath || path == daemon.SocketPath + ".new").And.NotBeEmpty();
    }
}
