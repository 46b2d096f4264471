using Bridge.Adapter.Attachments;
using Bridge.Adapter.History;
using Bridge.Adapter.Leftovers;
using Bridge.Adapter.Reload;
using Bridge.Adapter.Repair.Findings;
using Bridge.Adapter.Repair.Inspections;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.Sandboxes.Links;
using Bridge.Adapter.Settings;
using Bridge.Adapter.State;
using Bridge.Adapter.Telemetry;
using Bridge.Adapter.Tests.Attachments;
using Bridge.Adapter.Tests.Sandboxes;
using Bridge.Adapter.Tests.State;
using Bridge.Adapter.Translation;
using Bridge.Adapter.Warm;
using CniInvoker;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Bridge.Adapter.Tests.Reload;

/// <summary>
/// A host of its own with attachments of one chain, whose plugin firewall is a script that writes its rules to a file; iptables-save is one
/// that prints that file, and counts how often.
/// </summary>
internal sealed class ReloadBench : IDisposable
{
    private readonly ThrowAwayHost _host = new();
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("reload-");
    private readonly AdapterMetrics _metrics = new(new LogQueue(0, _ => ""));
    private readonly HistoryLog _history;
    private readonly HostRemovals _removals;
    private readonly LinkInfo _link;

    public ReloadBench()
    {
        Directory.CreateDirectory(PathOf("bin"));
        WriteScript("iptables-save", $"cat '{PathOf("rules")}'; echo >> '{PathOf("reads")}'");
        WriteScript("firewall", $$"""
            [ $CNI_COMMAND = VERSION ] && exec echo '{ "cniVersion": "1.0.0", "supportedVersions": [ "1.0.0" ] }'
            ip=$(grep -o '10[.]90[.][0-9.]*' | head -1)
            echo "$CNI_COMMAND $ip" >> '{{PathOf("asked")}}'
            [ $CNI_COMMAND = ADD ] || exit 0
            echo '{ "cniVersion": "1.0.0", "ips": [ { "address": "'$ip'/24" } ] }'
            [ -e '{{PathOf("idle")}}' ] && exit 0
            add() { grep -qxe "$1" '{{PathOf("rules")}}' || echo "$1" >> '{{PathOf("rules")}}'; }
            add '-A FORWARD -j CNI-FORWARD'
            add "-A CNI-FORWARD -d $ip/32 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT"
            add "-A CNI-FORWARD -s $ip/32 -j ACCEPT"
            """);
        Flush();
        Settings = new AdapterSettings { StateDirectory = _directory.FullName, Repair = new() { OrphanGrace = TimeSpan.FromSeconds(5) } };
        Journal = new Journal(_directory.FullName, PathOf("records"));
        Journal.Load();
        _history = new HistoryLog(Settings, TimeProvider.System);
        _host.RunPlugin();
        Tool.Ip(_host.StagingPath, $"link set eth0 netns {_host.SandboxPath}");
        using (var sandbox = Sandbox.TryOpen(_host.SandboxPath))
            _link = sandbox!.Netlink.FindLink("eth0")!;

        var cni = new CniAttachment(_host.Staging, Settings);
        var bandwidth = new BandwidthParts(_host.Namespace);
        var runtime = new CniRuntime(
            new PluginProcess(TimeProvider.System), new PluginPath([PathOf("bin")]), new CniDeadlines(), TimeProvider.System);
        Inspection = new HostInspection(
            Journal, Gates, new LinkParts(_host.Namespace), bandwidth, new FirewallDump(TimeProvider.System, PathOf("bin")), cni);
        Known = new KnownFindings(_metrics, _history, NullLogger<KnownFindings>.Instance);
        Reloader = new Reloader(
            Journal, Gates, Inspection,
            new Restoration(standIns: null!, bandwidth, arrivals: null!, Journal, cni, runtime, _host.Namespace),
            new WarmPool(TimeProvider.System), release: null!, Known, Repair, _metrics, NullLogger<Reloader>.Instance);
        _removals = new HostRemovals(_host.Namespace, new ReloadSignal(), NullLogger<HostRemovals>.Instance);
        Missing = new MissingOnHostInspection(Inspection, _removals, Reloader, Journal, Gates, Settings, Time);
    }

    public AdapterSettings Settings { get; }

    public Journal Journal { get; }

    public AttachmentGates Gates { get; } = new();

    public HostInspection Inspection { get; }

    public Reloader Reloader { get; }

    public KnownFindings Known { get; }

    public RepairSignal Repair { get; } = new();

    public MissingOnHostInspection Missing { get; }

    public FakeTimeProvider Time { get; } = new();

    public string HostPath => _host.HostPath;

    /// <summary>How often the firewall was read since the last question.</summary>
    public int Reads => Taken("reads").Length;

    public bool HasRead => File.Exists(PathOf("reads"));

    /// <summary>What the plugin was asked since the last question.</summary>
    public string[] Asked => Taken("asked");

    /// <summary>The plugin reports success and does nothing.</summary>
    public bool IsIdle
    {
        set
        {
            if (value)
                File.WriteAllText(PathOf("idle"), "");
            else
                File.Delete(PathOf("idle"));
        }
    }

    public void Flush() => File.WriteAllText(PathOf("rules"), "*filter\n");

    public void RemoveRules(string text) => File.WriteAllLines(
        PathOf("rules"), File.ReadAllLines(PathOf("rules")).Where(line => !line.Contains(text, StringComparison.Ordinal)));

    public void WriteRemark(string line) => File.WriteAllText(PathOf("rules"), $"{line}\n");

    /// <summary>As the plugin would.</summary>
    public void WriteRules(int number) => File.AppendAllText(PathOf("rules"), $"""
        -A FORWARD -j CNI-FORWARD
        -A CNI-FORWARD -d {Address(number)}/32 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
        -A CNI-FORWARD -s {Address(number)}/32 -j ACCEPT

        """);

    /// <summary>An attachment of a running container <c>cN</c> with the address 10.90.0.N; behind the 249th 10.90.1.0 and so on.</summary>
    public AttachmentRecord Attach(int number)
    {
        var record = Records.Joined($"{number:x4}".PadRight(64, 'e')) with
        {
            ContainerId = $"{number:x4}".PadRight(64, 'a'),
            ContainerName = $"c{number}",
            HostInterfaceName = $"cni{number:x12}",
            SandboxKey = _host.SandboxPath,
            Since = DateTimeOffset.UnixEpoch.AddSeconds(number),
            Snapshot = new LinkSnapshot("eth0", ThrowAwayHost.Mac, 1400, _link.Kind!, _link.PeerIndex),
            Configuration = CniRecord.ToElement("""
                { "cniVersion": "1.0.0", "name": "pods", "plugins": [ { "type": "ptp", "ipam": { "type": "host-local" } }, { "type": "firewall" } ] }
                """u8.ToArray()),
            Result = CniRecord.ToElement(System.Text.Encoding.UTF8.GetBytes(
                $$"""{ "cniVersion": "1.0.0", "ips": [ { "address": "{{Address(number)}}/24" } ] }""")),
        };
        Journal.Attachments.Bring(record);
        return record;
    }

    public void AttachAll(int count)
    {
        for (var number = 1; number <= count; number++)
            Attach(number);
    }

    public async Task<string[]> ReloadAsync(bool dryRun = false) =>
    [
        .. (await Reloader.RunAsync(Inspection.All, dryRun, Cancellation)).Reports.Select(report =>
            $"{report.Record.ContainerName} {report.Outcome}{(report.Message is null ? "" : $": {report.Message}")}"),
    ];

    public void Dispose()
    {
        _removals.Dispose();
        Reloader.Dispose();
        _history.Dispose();
        _metrics.Dispose();
        _host.Dispose();
        _directory.Delete(recursive: true);
    }

    private static string Address(int number) => $"10.90.{number / 250}.{number % 250}";

    private string PathOf(string name) => Path.Combine(_directory.FullName, name);

    private string[] Taken(string name)
    {
        if (!File.Exists(PathOf(name)))
            return [];

        var lines = File.ReadAllLines(PathOf(name));
        File.Delete(PathOf(name));
        return lines;
    }

    private void WriteScript(string name, string script)
    {
        File.WriteAllText(PathOf($"bin/{name}"), $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(PathOf($"bin/{name}"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }
}
