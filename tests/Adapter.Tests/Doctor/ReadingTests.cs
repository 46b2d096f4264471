using Bridge.Adapter.Doctor;
using Bridge.Adapter.Doctor.Native;
using Bridge.Adapter.Doctor.Readings;
using Bridge.Adapter.Settings;
using Bridge.Adapter.Tests.Sandboxes;
using Bridge.Adapter.Tests.Translation;

namespace Bridge.Adapter.Tests.Doctor;

/// <summary>How the sources of a host are read.</summary>
public sealed class ReadingTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("doctor-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task A_source_that_hangs_is_left_behind_when_its_time_is_over()
    {
        using var never = new ManualResetEventSlim();

        var reading = await TimedReading.OfAsync("the disk", TimeSpan.FromMilliseconds(50), _ =>
        {
            never.Wait(CancellationToken.None); // As a system call does, which no token ends.
            return Task.FromResult("");
        }, Cancellation);

        never.Set();
        reading.WhyNot.Should().Be("the disk did not answer within 0.05 s");
    }

    [Fact]
    public async Task The_whole_host_is_read_without_Docker_and_daemon_and_nothing_is_made()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root may read all of it");
        var settings = new AdapterSettings
        {
            Socket = Path.Combine(_directory.FullName, "cni.sock"),
            StateDirectory = Path.Combine(_directory.FullName, "state"),
            RunDirectory = Path.Combine(_directory.FullName, "run"),
            ConfigurationDirectory = Path.Combine(_directory.FullName, "net.d"),
            PluginDirectories = [Path.Combine(_directory.FullName, "bin")],
            DockerSocket = Path.Combine(_directory.FullName, "docker.sock"),
            CriSocket = Path.Combine(_directory.FullName, "cri.sock"),
        };

        var diagnosis = await Diagnosis.RunAsync(settings, Cancellation);

        diagnosis.Findings.Where(pair => pair.Finding.Weight == Weight.Error).Select(pair => pair.Check.Id)
            .Should().Contain(["daemon", "docker", "cni-directories"]);
        diagnosis.Findings.Where(pair => pair.Finding.Weight == Weight.NotChecked).Select(pair => pair.Finding.What)
            .Should().NotContainMatch("the check failed*");
        JsonSchemas.Require("doctor", diagnosis.Json());
        _directory.EnumerateFileSystemInfos().Should().BeEmpty();
    }

    [Fact]
    public void The_space_of_a_file_system_is_that_of_the_runtime()
    {
        var drive = new DriveInfo(_directory.FullName);

        var space = SystemCalls.TrySpace(_directory.FullName)!.Value;

        space.Bytes.Should().Be((ulong)drive.TotalSize);
        space.IsReadOnly.Should().BeFalse();
        SystemCalls.TrySpace("/nowhere").Should().BeNull();
    }

    [Theory]
    [InlineData("store/pods")]
    [InlineData("state/attachments")]
    [InlineData("run/records/reservations")]
    public void A_file_system_that_is_mounted_where_files_are_made_is_asked(string directory)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "mounting needs root");
        var path = _directory.CreateSubdirectory(directory).FullName;
        var settings = new AdapterSettings
        {
            StateDirectory = Path.Combine(_directory.FullName, "state"), RunDirectory = Path.Combine(_directory.FullName, "run"),
        };
        var network = Conflists.Parse($$"""
            { "cniVersion": "1.0.0", "name": "pods", "plugins": [ { "type": "bridge",
              "ipam": { "type": "host-local", "dataDir": "{{_directory.FullName}}/store", "subnet": "10.88.0.0/24" } } ] }
            """);
        Tool.Run("mount", "-t", "tmpfs", "-o", "size=64k,nr_inodes=7", "none", path);
        try
        {
            DisksReading.Read(settings, [network]).Disks.Should().ContainSingle(disk => disk.Path == path)
                .Which.Space.Files.Should().Be(7);
        }
        finally
        {
            Tool.Run("umount", path);
        }
    }

    [Theory]
    [InlineData("CNI bridge plugin v1.4.0\nCNI protocol versions supported: 0.1.0, 1.0.0\n", "1.4.0")]
    [InlineData("CNI bridge plugin version unknown\nCNI protocol versions supported: 0.1.0, 1.0.0\n", null)]
    public void The_release_of_a_plugin_is_what_it_prints(string about, string? release) =>
        PluginRelease.Printed(about)?.ToString().Should().Be(release);

    [Fact]
    public void The_release_of_a_packaged_plugin_is_that_of_the_package() => PluginRelease.OfPackage(
    [
        "Package: containerd", "Version: 1.6.20", "", "Package: containernetworking-plugins", "Status: install ok installed",
        "Version: 1:1.1.1+ds1-3+b12", "", "Package: zlib", "Version: 9.9.9",
    ])!.ToString().Should().Be("1.1.1");

    [Fact]
    public void Denials_of_other_programs_are_not_shown_and_each_is_shown_once()
    {
        const string Log = """
            type=AVC msg=audit(1.2:3): avc:  denied  { write } for  pid=7 comm="portmap" name="xtables.lock" tclass=file permissive=0
            type=AVC msg=audit(1.3:4): avc:  denied  { write } for  pid=8 comm="portmap" name="xtables.lock" tclass=file permissive=0
            type=AVC msg=audit(1.4:5): avc:  denied  { read } for  pid=9 comm="nginx" name="secret" tclass=file permissive=0
            type=AVC msg=audit(1.5:6): apparmor="DENIED" operation="mount" profile="x" pid=9 comm="cnm-cni"
            type=AVC msg=audit(1.6:7): avc:  denied  { read } for  pid=9 comm="azure-vnet-ipvl" name="x" tclass=file permissive=0
            type=AVC msg=audit(1.7:8): avc:  denied  { open } for  pid=9 comm="bridge" name="x" tclass=file permissive=1
            """;

        DenialsReading.Parse(Log, ["bridge", "portmap", "azure-vnet-ipvlan"], DateTimeOffset.UnixEpoch.AddDays(1)).Lines
            .Select(denial => $"{denial.Module} {denial.Program} {denial.Operation}")
            .Should().Equal("SELinux azure-vnet-ipvl read", "AppArmor cnm-cni mount", "SELinux portmap write");
        DenialsReading.Parse(Log, ["bridge", "portmap"], DateTimeOffset.UnixEpoch.AddDays(2)).Lines.Should().BeEmpty("it is long ago");
    }

    [Theory]
    [InlineData("8021q", "VLAN_8021Q", true)]
    [InlineData("ipvlan", "IPVLAN", false)]
    [InlineData("veth", "VETH", true)]
    public void A_part_of_the_kernel_is_loaded_or_installed_or_built_in(string module, string option, bool expected) =>
        new KernelReading(new HashSet<string>(["veth"]), new HashSet<string>(["8021q"]), null).Has(module, option).Should().Be(expected);

    [Fact]
    public void Without_lists_of_modules_and_options_a_part_of_the_kernel_is_not_known() =>
        new KernelReading(new HashSet<string>(), null, null).Has("ipvlan", "IPVLAN").Should().BeNull();

    [Theory]
    [InlineData("28.5.2+dfsg4", "28.5.2")]
    [InlineData("29.0.0-rc.1", "29.0.0")]
    [InlineData("dev", null)]
    public void A_version_begins_with_numbers(string text, string? number) =>
        Bridge.Adapter.Doctor.Checks.Releases.Parse(text)?.ToString().Should().Be(number);
}
