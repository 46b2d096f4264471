using Bridge.Adapter.Tests.Attachments;
using Bridge.Adapter.Tests.State;
using Bridge.Adapter.Docker;
using Bridge.Adapter.Repair;
using Bridge.Adapter.Repair.Findings;
using Bridge.Adapter.Repair.Inspections;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.Settings;
using Bridge.Adapter.State;
using Bridge.Adapter.Tests.Sandboxes;

namespace Bridge.Adapter.Tests.Repair;

/// <summary>What is in the kernel and in no record, and the other way round; in namespaces that are there for one test.</summary>
public sealed class KernelInspectionTests : IDisposable
{
    private static readonly InspectionContext Thorough = new(RepairTrigger.Background, IsThorough: true, Docker: null);
    private static readonly InspectionContext WithDocker =
        Thorough with { Docker = new DockerView([], new Dictionary<string, DockerNetworkEndpoints?>()) };

    private readonly ThrowAwayHost _host = new();
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("kernel-");
    private readonly AttachmentGates _gates = new();
    private readonly Journal _journal;
    private readonly AdapterSettings _settings;

    public KernelInspectionTests()
    {
        _settings = new AdapterSettings { StateDirectory = _directory.FullName };
        _journal = new Journal(_directory.FullName, Path.Combine(_directory.FullName, "records"));
        _journal.Load();
    }

    public void Dispose()
    {
        _host.Dispose();
        _directory.Delete(recursive: true);
    }

    [Fact]
    public async Task A_namespace_without_a_record_is_removed_with_all_that_is_mounted_on_it()
    {
        _host.Staging.Create(ThrowAwayHost.Id);
        _host.Staging.MountSandbox(ThrowAwayHost.Id, _host.SandboxPath);

        var finding = (await NamespacesAsync()).Should().ContainSingle().Subject;
        (await finding.Repair!(Cancellation)).State.Should().Be(FindingState.Repaired);

        finding.Kind.Should().Be(FindingKind.OrphanedNamespace);
        finding.Grace.Should().BePositive();
        File.Exists(_host.StagingPath).Should().BeFalse();
        NetworkNamespace.IsNamespace(_host.SandboxPath).Should().BeTrue();
    }

    [Fact]
    public async Task A_namespace_is_not_an_orphan_while_a_call_holds_it_or_a_record_names_it()
    {
        _host.Staging.Create(ThrowAwayHost.Id);
        using (await _gates.EnterAsync(ThrowAwayHost.Id, Cancellation))
            (await NamespacesAsync()).Should().BeEmpty();

        var finding = (await NamespacesAsync()).Should().ContainSingle().Subject;
        _journal.Attachments.Bring(Records.Joined("e1") with { ContainerId = ThrowAwayHost.Id });
        (await NamespacesAsync()).Should().BeEmpty();
        (await finding.Repair!(Cancellation)).Should().Be(RepairResult.Unneeded);
        File.Exists(_host.StagingPath).Should().BeTrue();
    }

    [Theory]
    [InlineData("a record that cannot be read")]
    [InlineData("an endpoint of Docker's without a record")]
    [InlineData("a Docker that does not answer")]
    public async Task A_namespace_without_a_record_stays_until_its_grace_period_ends(string doubt)
    {
        _host.Staging.Create(ThrowAwayHost.Id);
        var docker = WithDocker.Docker;
        switch (doubt)
        {
            case "a record that cannot be read":
                await File.WriteAllTextAsync(Path.Combine(_directory.FullName, "records", "attachments", "e7.json"), "", Cancellation);
                _journal.Load();
                break;
            case "a Docker that does not answer":
                docker = null;
                break;
            default:
                var endpoints =
                    new DockerNetworkEndpoints("57c2", "pods", new Dictionary<string, DockerContainer> { ["e7"] = new("web", "c7") });
                docker = new DockerView([], new Dictionary<string, DockerNetworkEndpoints?> { ["57c2"] = endpoints });
                break;
        }

        var findings =
            await new NamespaceInspection(_journal, _gates, _host.Staging, _settings).InspectAsync(
                Thorough with { Docker = docker }, Cancellation);

        findings.Should().ContainSingle().Which.Repair.Should().BeNull();
    }

    [Fact]
    public async Task A_link_with_a_name_like_ours_is_reported_and_not_removed()
    {
        Tool.Ip(_host.HostPath, $"link add {ThrowAwayHost.HostIfname} type veth peer name cni0");
        Tool.Ip(_host.HostPath, "link add cni0123456789xy type veth peer name veth0");
        var inspection = new HostLinkInspection(_journal, _host.Staging, _settings);

        var finding = (await inspection.InspectAsync(Thorough, Cancellation))!.Should().ContainSingle().Subject;

        finding.Subject.Should().Be(ThrowAwayHost.HostIfname);
        finding.Remedy.Should().Contain($"ip link delete {ThrowAwayHost.HostIfname}");
        finding.Repair.Should().BeNull();
        _journal.Attachments.Bring(Records.Joined("e1") with { HostInterfaceName = ThrowAwayHost.HostIfname });
        (await inspection.InspectAsync(Thorough, Cancellation)).Should().BeEmpty();
    }

    [Theory]
    [InlineData("staging", false)]
    [InlineData("host", false)]
    [InlineData("sandbox", false)]
    [InlineData("sandbox, with another MAC and name", false)]
    [InlineData("nowhere", true)]
    public async Task A_link_is_lost_when_it_is_in_none_of_its_namespaces(string place, bool isLost)
    {
        _host.RunPlugin();
        var record = Records.Joined(ThrowAwayHost.Id) with
        {
            BootId = BootId.Current(),
            HostInterfaceName = ThrowAwayHost.HostIfname,
            SandboxKey = _host.SandboxPath,
            ContainerName = "web",
            Snapshot = _host.Staging.Read(ThrowAwayHost.Id, "eth0").Link,
        };
        _journal.Attachments.Bring(record);
        Take(place);

        var findings = await new LostLinkInspection(_journal, _gates, _host.Staging, _settings).InspectAsync(Thorough, Cancellation);

        findings!.Select(finding => (finding.Kind, finding.Remedy)).Should().Equal(
            isLost ? [(FindingKind.LostLink, "Restart the container: docker restart web.")] : Array.Empty<(FindingKind, string)>());
    }

    private void Take(string place)
    {
        if (place == "staging")
            return;

        _host.Staging.SendToHost(ThrowAwayHost.Id, "eth0", ThrowAwayHost.HostIfname);
        if (place.StartsWith("sandbox", StringComparison.Ordinal))
            _host.LetDockerTakeIt();

        if (place.EndsWith("name", StringComparison.Ordinal))
        {
            Tool.Ip(_host.SandboxPath, "link set eth0 down");
            Tool.Ip(_host.SandboxPath, "link set eth0 name lan0 address 02:00:00:00:00:99");
        }

        if (place == "nowhere")
            Tool.Ip(_host.HostPath, $"link delete {ThrowAwayHost.HostIfname}");
    }

    private Task<IReadOnlyList<Finding>?> NamespacesAsync() =>
        new NamespaceInspection(_journal, _gates, _host.Staging, _settings).InspectAsync(WithDocker, Cancellation);
}
