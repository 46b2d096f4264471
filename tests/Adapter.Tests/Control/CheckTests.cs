using System.Text.Json;
using Bridge.Adapter.Tests.Cnm;
using Bridge.Adapter.Control;

namespace Bridge.Adapter.Tests.Control;

public sealed class CheckTests
{
    [Theory]
    [InlineData("""{"targets":["gone"]}""", 1)]
    [InlineData("""{"targets":[]}""", 0)]
    [Spec("check-only-attached", Libcni = "runs the plugins, without a result", Ours = "no plugin is run")]
    public async Task CHECK_runs_for_attached_endpoints_only(string request, int failures)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "The daemon needs root: it opens netlink sockets in network namespaces.");
        var plugins = Directory.CreateTempSubdirectory("plugins-");
        await using var daemon = await ServingDaemon.StartAsync(settings => settings with { PluginDirectories = [plugins.FullName] });
        daemon.WriteConflist("10-pods.conflist", """{"cniVersion":"1.0.0","name":"pods","plugins":[{"type":"noted"}]}""");
        var plugin = Path.Combine(plugins.FullName, "noted");
        await File.WriteAllTextAsync(plugin, $"#!/bin/sh\n[ $CNI_COMMAND = CHECK ] && touch '{plugins.FullName}/checked'\n", Cancellation);
        File.SetUnixFileMode(plugin, UnixFileMode.UserRead | UnixFileMode.UserExecute);

        var (_, body) = await daemon.PostAsync("Bridge.Check", request);

        var results = JsonSerializer.Deserialize(body, ControlJson.Default.CheckResponse)!.Results;
        results.Select(result => result.Outcome).Should().Equal(Enumerable.Repeat(CheckOutcome.Failed, failures));
        File.Exists(Path.Combine(plugins.FullName, "checked")).Should().BeFalse();
        plugins.Delete(recursive: true);
    }
}
