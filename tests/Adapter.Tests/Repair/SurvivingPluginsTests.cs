using System.Diagnostics;
using Adapter.Tests.Attachments;
using Bridge.Adapter.Repair;
using Bridge.Adapter.Sandboxes;
using Microsoft.Extensions.Logging.Abstractions;

namespace Adapter.Tests.Repair;

public sealed class SurvivingPluginsTests
{
    [Fact]
    public async Task Only_the_plugins_of_our_endpoints_and_what_they_started_are_ended()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Reading the environment of other processes needs root.");
        var endpointId = Guid.NewGuid().ToString("N");
        using var host = NetworkNamespace.OpenCurrent();
        var staging = new StagingSandboxes("/run/surviving-plugins", host);
        using var ours = Start(staging.PathOf(endpointId), endpointId, "sleep 60 & wait");
        using var anothers = Start(staging.PathOf(Guid.NewGuid().ToString("N")), endpointId, "sleep 60 & wait");
        using var anotherRuntimes = Start($"/run/netns/{endpointId}", endpointId, "sleep 60 & wait");

        new SurvivingPlugins(staging, TimeProvider.System, NullLogger<SurvivingPlugins>.Instance).End(new HashSet<string> { endpointId });

        await ours.WaitForExitAsync(TestContext.Current.CancellationToken);
        Children(staging.PathOf(endpointId)).Should().BeEmpty();
        foreach (var other in (Process[])[anothers, anotherRuntimes])
        {
            other.HasExited.Should().BeFalse();
            other.Kill(entireProcessTree: true);
        }
    }

    private static Process Start(string netns, string containerId, string script)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", script]);
        start.Environment["CNI_NETNS"] = netns;
        start.Environment["CNI_CONTAINERID"] = containerId;
        return Process.Start(start)!;
    }

    private static IEnumerable<string> Children(string netns) => Directory.EnumerateDirectories("/proc")
        .Select(directory => Path.Combine(directory, "environ"))
        .Where(File.Exists)
        .Where(file => ReadOrEmpty(file).Contains($"CNI_NETNS={netns}\0", StringComparison.Ordinal));

    private static string ReadOrEmpty(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
