using System.Diagnostics;
using Adapter.Tests.Attachments;
using Bridge.Adapter.Repair;
using Microsoft.Extensions.Logging.Abstractions;

namespace Adapter.Tests.Repair;

public sealed class SurvivingPluginsTests
{
    [Fact]
    public async Task Only_the_plugins_of_our_endpoints_and_what_they_started_are_ended()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Reading the environment of other processes needs root.");
        var endpointId = Guid.NewGuid().ToString("N");
        using var ours = Start(endpointId, "sleep 60 & wait");
        using var anothers = Start(Guid.NewGuid().ToString("N"), "sleep 60 & wait");

        new SurvivingPlugins(TimeProvider.System, NullLogger<SurvivingPlugins>.Instance).End(new HashSet<string> { endpointId });

        await ours.WaitForExitAsync(TestContext.Current.CancellationToken);
        Children(endpointId).Should().BeEmpty();
        anothers.HasExited.Should().BeFalse();
        anothers.Kill(entireProcessTree: true);
    }

    private static Process Start(string containerId, string script)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", script]);
        start.Environment["CNI_CONTAINERID"] = containerId;
        return Process.Start(start)!;
    }

    private static IEnumerable<string> Children(string containerId) => Directory.EnumerateDirectories("/proc")
        .Select(directory => Path.Combine(directory, "environ"))
        .Where(File.Exists)
        .Where(file => ReadOrEmpty(file).Contains($"CNI_CONTAINERID={containerId}", StringComparison.Ordinal));

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
