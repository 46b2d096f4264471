using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.Sandboxes.Links;
using CniInvoker;

namespace Bridge.Adapter.Tests.Sandboxes;

public sealed class RouteNetlinkTests : IDisposable
{
    private readonly ThrowAwayHost _host = new();

    public void Dispose() => _host.Dispose();

    [Fact]
    public void An_error_names_the_attempt_and_quotes_the_kernel()
    {
        _host.RunPlugin();
        using var staging = NetworkNamespace.Open(_host.StagingPath);
        using var netlink = staging.OpenNetlink();

        var add = () => netlink.AddRoute(netlink.FindLink("eth0")!, new LinkRoute("10.1.0.0/16") { Gateway = "192.168.0.1", Protocol = 3 });

        add.Should().Throw<KernelException>().WithMessage(
            $"could not add route 10.1.0.0/16 via 192.168.0.1 table 254 over eth0 in the network namespace {_host.StagingPath}: * " +
            $"(ENETUNREACH, the kernel says: Nexthop has invalid gateway)");
    }

    [Fact]
    public async Task A_dump_longer_than_one_datagram_is_read_completely()
    {
        const int Many = 3000;
        _host.RunPlugin();
        var batch =
            string.Concat(
                Enumerable.Range(0, Many).Select(
                    number => $"route add 10.{100 + (number / 256)}.{number % 256}.0/24 via 10.88.0.1 table 7\n"));
        Tool.Try("nsenter", [$"--net={_host.StagingPath}", "ip", "-batch", "-"], batch).ExitCode.Should().Be(0);

        var snapshot = await Task.Run(() => _host.Staging.Read(ThrowAwayHost.Id, "eth0").Link, Cancellation);

        snapshot.Routes.Where(route => route.Table == 7).Select(route => route.Destination).Distinct().Should().HaveCount(Many);
    }

    [Fact]
    public async Task A_dump_that_changes_while_it_is_read_is_repeated()
    {
        _host.RunPlugin();
        using var staging = NetworkNamespace.Open(_host.StagingPath);
        using var changing = staging.OpenNetlink();
        using var reading = staging.OpenNetlink();
        var link = changing.FindLink("eth0")!;
        var constant =
            Enumerable.Range(0, 500).Select(
                number => new LinkRoute($"10.7.{number / 256}.{number % 256}/32") { Gateway = "10.88.0.1", Protocol = 3 }).ToList();
        constant.ForEach(route => changing.AddRoute(link, route));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var changes = Task.Run(
            () =>
            {
                var moving = new LinkRoute("10.6.0.0/16") { Gateway = "10.88.0.1", Protocol = 3 };
                while (!stop.IsCancellationRequested)
                {
                    changing.AddRoute(link, moving);
                    changing.RemoveRoute(link, moving);
                }
            },
            stop.Token);

        for (var reads = 0; reads < 50; reads++)
            reading.Routes(link).Count(route => route.Destination.StartsWith("10.7.", StringComparison.Ordinal)).Should().Be(
                constant.Count);

        await stop.CancelAsync();
        await changes;
    }

    [Fact]
    public void Adding_what_exists_and_removing_what_does_not_exist_succeed()
    {
        _host.RunPlugin();
        using var staging = NetworkNamespace.Open(_host.StagingPath);
        using var netlink = staging.OpenNetlink();
        var link = netlink.FindLink("eth0")!;
        var rule = new RoutingRule(IsIPv6: true, 500) { Action = 1, Table = 100, From = "fd00::/64" };
        var route = new LinkRoute("10.1.0.0/16") { Gateway = "10.88.0.1", Protocol = 3 };
        var address = new LinkAddress("fd00:1::1", 64);
        netlink.AddRoute(link, route);

        for (var time = 0; time < 2; time++)
        {
            netlink.AddAddress(link, address);
            netlink.AddRule(rule);
        }

        Tool.Ip(_host.StagingPath, "-6 rule show").Should().Contain("500:\tfrom fd00::/64 lookup 100");
        for (var time = 0; time < 2; time++)
        {
            netlink.RemoveRule(rule);
            netlink.RemoveRoute(link, route);
        }

        Tool.Ip(_host.StagingPath, "-6 rule show").Should().NotContain("500:");
        Tool.Ip(_host.StagingPath, "route show").Should().NotContain("10.1.0.0");
    }

    [Fact]
    public void A_gateway_may_be_of_the_other_family()
    {
        _host.RunPlugin();
        Tool.Ip(_host.StagingPath, "route add 10.1.0.0/16 via inet6 fe80::1 dev eth0");
        var snapshot = _host.Staging.Read(ThrowAwayHost.Id, "eth0").Link;
        Tool.Ip(_host.StagingPath, "route del 10.1.0.0/16");

        _host.Staging.Return(ThrowAwayHost.Id, "eth0", ThrowAwayHost.HostIfname, null, snapshot);

        Tool.Ip(_host.StagingPath, "route show 10.1.0.0/16").Should().StartWith("10.1.0.0/16 via inet6 fe80::1 dev eth0");
    }
}
