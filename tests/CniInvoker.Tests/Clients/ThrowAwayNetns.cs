using System.Diagnostics;

namespace CniInvoker.Tests.Clients;

/// <summary>A network namespace of its own, which lives as long as this object.</summary>
internal sealed class ThrowAwayNetns : IDisposable
{
    private readonly Process _keeper;

    private ThrowAwayNetns(Process keeper) => _keeper = keeper;

    /// <summary>For CNI_NETNS.</summary>
    public string Path => $"/proc/{_keeper.Id}/ns/net";

    public static ThrowAwayNetns Create()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Making a network namespace needs root.");
        var keeper =
            Process.Start(
                new ProcessStartInfo("unshare", ["--net", "sh", "-c", "echo made; exec cat"]) { RedirectStandardInput = true,
                    RedirectStandardOutput = true })!;
        keeper.StandardOutput.ReadLine().Should().Be("made");
        return new ThrowAwayNetns(keeper);
    }

    public void Dispose()
    {
        _keeper.StandardInput.Close();
        _keeper.WaitForExit();
        _keeper.Dispose();
    }
}
