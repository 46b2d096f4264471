using Bridge.Adapter.Sandboxes;
using CniInvoker;

namespace Bridge.Adapter.Tests.Sandboxes;

[Collection(nameof(AloneInTheProcess))]
public sealed class NetworkNamespaceTests : IDisposable
{
    private readonly ThrowAwayHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public void A_new_namespace_has_nothing_but_its_loopback_which_is_up()
    {
        var links = Tool.IpJson(_host.SandboxPath, "link show");

        links.Should().ContainSingle().Which.GetProperty("flags").EnumerateArray().Select(flag => flag.GetString()).Should().Contain("UP");
    }

    [Fact]
    public void A_mounted_namespace_is_found_again_at_its_path_and_is_not_the_hosts()
    {
        using var opened = NetworkNamespace.Open(_host.SandboxPath);
        using var again = NetworkNamespace.Open(_host.SandboxPath);
        using var current = NetworkNamespace.OpenCurrent();

        opened.IsSameAs(again).Should().BeTrue();
        opened.IsSameAs(current).Should().BeFalse();
        NetworkNamespace.IsNamespace(_host.SandboxPath).Should().BeTrue();
    }

    [Fact]
    public void Unmounting_removes_every_mount_and_the_file_and_may_be_repeated()
    {
        var path = _host.PathOf("stacked");
        using var one = NetworkNamespace.Create();
        using var other = NetworkNamespace.Create();
        one.MountAt(path);
        other.MountAt(path);

        NetworkNamespace.Unmount(path);
        NetworkNamespace.Unmount(path);

        File.Exists(path).Should().BeFalse();
        File.ReadAllText("/proc/self/mountinfo").Should().NotContain(path);
    }

    [Fact]
    [Case(53, "netns-file-junk", Libcni = "hands the path to plugins, which fail", Ours = "seen for what it is, and removed")]
    public void Unmounting_removes_a_stray_plain_file()
    {
        var path = _host.PathOf("stray");
        File.WriteAllText(path, "left by sbr");

        NetworkNamespace.IsNamespace(path).Should().BeFalse();
        NetworkNamespace.Unmount(path);

        File.Exists(path).Should().BeFalse();
    }

    [Fact]
    public void Opening_a_file_that_is_not_a_network_namespace_fails_with_its_path()
    {
        var plain = _host.PathOf("plain");
        File.WriteAllText(plain, "");

        var openPlain = () => NetworkNamespace.Open(plain);
        var openOther = () => NetworkNamespace.Open("/proc/self/ns/mnt");
        var openNothing = () => NetworkNamespace.Open(_host.PathOf("nothing"));

        openPlain.Should().Throw<IOException>().WithMessage(
            $"could not open the network namespace {plain}: the file there is not a network namespace*");
        openOther.Should().Throw<IOException>().WithMessage("*is not a network namespace*");
        openNothing.Should().Throw<KernelException>().Which.Errno.Should().Be(Errno.ENOENT);
        NetworkNamespace.IsNamespace("/proc/self/ns/mnt").Should().BeFalse();
        NetworkNamespace.IsNamespace(_host.PathOf("nothing")).Should().BeFalse();
    }

    [Fact]
    public void Code_that_runs_in_a_namespace_sees_that_namespace()
    {
        using var sandbox = NetworkNamespace.Open(_host.SandboxPath);

        var seen = sandbox.Run(() => File.ResolveLinkTarget("/proc/thread-self/ns/net", returnFinalTarget: false)!.Name);

        seen.Should().Be($"net:[{Tool.Run("stat", "-L", "-c", "%i", _host.SandboxPath).Trim()}]");
    }

    [Fact]
    public async Task Running_in_a_namespace_strands_no_thread_there_even_when_it_fails()
    {
        using var sandbox = NetworkNamespace.Open(_host.SandboxPath);
        var before = new FileInfo("/proc/self/ns/net").LinkTarget;

        await Task.WhenAll(Enumerable.Range(0, 50).Select(number => Task.Run(() =>
        {
            var run = () => sandbox.Run<int>(() => number % 2 == 0 ? throw new InvalidTimeZoneException("inside") : number);
            if (number % 2 == 0)
                run.Should().Throw<InvalidTimeZoneException>().WithMessage("inside");
            else
                run().Should().Be(number);
        })));

        new FileInfo("/proc/self/ns/net").LinkTarget.Should().Be(before);
        NamespacesOfThreads().Should().AllBe(before);
    }

    [Fact]
    public void A_socket_opened_in_a_namespace_talks_to_it_from_any_thread()
    {
        Tool.Ip(_host.SandboxPath, "link add only-here type veth peer name other-end");
        using var sandbox = NetworkNamespace.Open(_host.SandboxPath);
        using var netlink = sandbox.OpenNetlink();

        netlink.FindLink("only-here").Should().NotBeNull();
        netlink.FindLink("not-here").Should().BeNull();
        netlink.Links().Select(link => link.Name).Should().BeEquivalentTo("lo", "only-here", "other-end");
    }

    private static List<string> NamespacesOfThreads()
    {
        var namespaces = new List<string>();
        foreach (var thread in Directory.GetDirectories("/proc/self/task"))
        {
            try
            {
                // The runtime's just-in-time compiler may start its worker from any thread, also from one inside; the ahead-of-time
                // compiled bridge has none.
                if (!File.ReadAllText(Path.Combine(thread, "comm")).StartsWith(".NET Tiered", StringComparison.Ordinal))
                    namespaces.Add(new FileInfo(Path.Combine(thread, "ns/net")).LinkTarget!);
            }
            catch (IOException)
            {
                // A thread that has ended meanwhile stands nowhere.
            }
        }

        return namespaces;
    }
}
