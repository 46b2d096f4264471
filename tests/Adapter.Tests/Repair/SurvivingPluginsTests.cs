using System.Diagnostics;
using Bridge.Adapter.Repair.Cleanups;
using Bridge.Adapter.Tests.Attachments;
using Bridge.Adapter.Repair;
using Bridge.Adapter.Sandboxes;
using CniInvoker;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bridge.Adapter.Tests.Repair;

public sealed class SurvivingPluginsTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("surviving-");
    private readonly CancellationTokenSource _end = new();

    private const string EndlessWork = "sleep 60 & wait";

    [Fact]
    public async Task Only_the_plugins_of_our_attachments_and_what_they_started_are_ended()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Reading the environment of other processes needs root.");
        var containerId = Guid.NewGuid().ToString("N");
        using var host = NetworkNamespace.OpenCurrent();
        var staging = new StagingSandboxes("/run/surviving-plugins", host);
        var ours = RunAsync(staging.PathOf(containerId), containerId);
        var others = new[]
        {
            RunAsync(staging.PathOf(Guid.NewGuid().ToString("N")), containerId),
            RunAsync($"/run/netns/{containerId}", containerId),
        };
        using var shell = Shell(staging.PathOf(containerId), containerId, new() { ["TERM"] = "linux", ["USER"] = "root" });
        using var script = Shell(staging.PathOf(containerId), containerId, []);
        using var variable = Shell(staging.PathOf(containerId), "", new() { ["CNI_COMMAND"] = "" });
        await Eventually.TrueAsync(() => Children(staging.PathOf(containerId)).Count() >= 8, "all of them run");

        new SurvivingPlugins(staging, TimeProvider.System, NullLogger<SurvivingPlugins>.Instance).End(new HashSet<string> { containerId });

        (await ours).Signal.Should().Be(9);
        others.Should().OnlyContain(other => !other.IsCompleted);
        foreach (var process in (Process[])[shell, script, variable])
        {
            process.HasExited.Should().BeFalse();
            process.Kill(entireProcessTree: true);
        }

        await Eventually.TrueAsync(() => !Children(staging.PathOf(containerId)).Any(), "what the plugin had started is gone");
        _end.Cancel();
        await Task.WhenAll(others.Select(other => other.ContinueWith(_ => { }, TaskScheduler.Default)));
    }

    public void Dispose()
    {
        _end.Cancel();
        _end.Dispose();
        _directory.Delete(recursive: true);
    }

    // As the daemon runs them.
    private Task<PluginOutput> RunAsync(string netns, string containerId)
    {
        var plugin = Path.Combine(_directory.FullName, "endless");
        if (!File.Exists(plugin))
        {
            File.WriteAllText(plugin, $"#!/bin/sh\n{EndlessWork}\n");
            File.SetUnixFileMode(plugin, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        return new PluginProcess(TimeProvider.System).ExecuteAsync(
            new PluginRequest
            {
                Path = plugin,
                PluginType = "endless",
                Operation = CniOperation.Add,
                NetworkName = "pods",
                ContainerId = containerId,
                Stdin = ReadOnlyMemory<byte>.Empty,
                Environment = [.. Variables(netns, containerId), new("PATH", "/usr/bin:/bin")],
                Deadline = TimeSpan.FromMinutes(1),
                TerminationGrace = TimeSpan.FromSeconds(1),
            },
            _end.Token);
    }

    // As a person does who tries what a plugin would do there: in a session of its own, as ssh, cron and terminals make one.
    private static Process Shell(string netns, string containerId, Dictionary<string, string> variables)
    {
        var start = new ProcessStartInfo("setsid", ["/bin/sh", "-c", EndlessWork]);
        start.Environment.Clear();
        foreach (var (name, value) in Variables(netns, containerId).Concat(variables))
            start.Environment[name] = value;

        return Process.Start(start)!;
    }

    private static IEnumerable<KeyValuePair<string, string>> Variables(string netns, string containerId) =>
    [
        new("CNI_COMMAND", "ADD"), new("CNI_CONTAINERID", containerId), new("CNI_NETNS", netns), new("CNI_IFNAME", "eth0"),
        new("CNI_ARGS", ""), new("CNI_PATH", "/opt/cni/bin"),
    ];

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
