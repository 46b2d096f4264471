namespace CniInvoker.Tests.Native;

/// <summary>What the kernel tells of a file that may be a network namespace.</summary>
public sealed class NetworkNamespaceFileTests
{
    private const string Network = "/proc/thread-self/ns/net";
    private const int PathOnly = 0x200000; // O_PATH of open(2): the kernel answers no ioctl on such a descriptor.

    [Theory]
    [InlineData(Network, true)]
    [InlineData("/proc/thread-self/ns/mnt", false)]
    [InlineData("/proc/self/status", false)]
    public void Only_a_network_namespace_is_one(string path, bool expected)
    {
        using var file = LibC.Open(path);

        LibC.IsNetworkNamespace(file).Should().Be(expected);
    }

    [Fact]
    public void A_namespace_that_the_kernel_cannot_examine_is_a_failure_and_not_another_file()
    {
        using var file = LibC.open(Network, LibC.O_RDONLY | LibC.O_CLOEXEC | PathOnly, 0);

        var examine = () => LibC.IsNetworkNamespace(file);

        examine.Should().Throw<KernelException>().WithMessage("could not read the type of a namespace: *");
    }
}
