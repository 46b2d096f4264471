using Bridge.Adapter.Sandboxes;

namespace Bridge.Adapter.Tests.Sandboxes;

public sealed class KernelSwitchTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void It_is_read_anew_each_time_although_its_file_stays_open()
    {
        File.WriteAllText(_file, "0\n");
        using var forwarding = new KernelSwitch(_file);

        forwarding.IsOn.Should().BeFalse();
        File.WriteAllText(_file, "1\n");
        forwarding.IsOn.Should().BeTrue();
        File.WriteAllText(_file, "0\n");
        forwarding.IsOn.Should().BeFalse();
        OpenFiles().Should().Be(1);
    }

    [Fact]
    public void The_kernels_own_file_tells_what_the_kernel_does()
    {
        const string Forwarding = "/proc/sys/net/ipv4/ip_forward";
        using var forwarding = new KernelSwitch(Forwarding);

        forwarding.IsOn.Should().Be(File.ReadAllText(Forwarding).Trim() != "0");
        forwarding.IsOn.Should().Be(File.ReadAllText(Forwarding).Trim() != "0", "a second reading begins where the first did");
    }

    [Fact]
    public void Without_its_file_it_is_on_and_the_file_is_looked_for_each_time()
    {
        File.Delete(_file);
        using var forwarding = new KernelSwitch(_file);

        forwarding.IsOn.Should().BeTrue();
        File.WriteAllText(_file, "0\n");
        forwarding.IsOn.Should().BeFalse();
    }

    private int OpenFiles() => new DirectoryInfo("/proc/self/fd").EnumerateFiles().Count(file => file.LinkTarget == _file);
}
