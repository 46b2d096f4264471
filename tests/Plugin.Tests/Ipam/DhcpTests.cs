using Bridge.TestHosts.Census;
using Bridge.TestHosts.Commands;
using Bridge.TestHosts.Leases;

namespace Bridge.Plugin.Tests.Ipam;

/// <summary>The stock IPAM plugin <c>dhcp</c>, for <c>macvlan</c> on the cable to a neighbour with a DHCP server.</summary>
public sealed class DhcpTests(DhcpTests.LeasedHost fixture) : PluginTest(fixture), IClassFixture<DhcpTests.LeasedHost>
{
    private const string OnTheCable = """{ "type": "macvlan", "master": "uplink", "mode": "bridge", "ipam": { "type": "dhcp" } }""";

    [Fact]
    public async Task A_leased_address_belongs_to_the_sandbox_until_DEL_releases_it()
    {
        await WriteNetworkAsync(OnTheCable);
        await CensusAfterOneAttachmentAsync();
        var census = await CensusAfterRestartAsync();
        var sandbox = await NewSandboxAsync();

        var result = await sandbox.AddAsync(Cancellation);

        await sandbox.AssertHoldsAsync(result, Cancellation);
        var address = $"{result.Ips[0].Address}";
        (await fixture.Server.LeasedAsync(Cancellation)).Should().Contain(address);
        await using var inside = sandbox.Inside.ServePage(80, Page);
        (await Host.FromNeighbour.GetAsync(address, 80, Cancellation)).Should().Be(Page);
        (await sandbox.CheckAsync(Cancellation)).EnsureSuccess();
        (await sandbox.DeleteAsync(Cancellation)).EnsureSuccess();
        // The server reserves the address until the end of the lease.
        fixture.Client.Log.Should().Contain($"/{Network}/eth0: releasing lease");
        await CensusAfterRestartAsync();
        await AssertIsUndoneAsync(sandbox, census);
    }

    [Fact]
    public async Task Without_its_daemon_ADD_names_the_socket_and_DEL_cleans_up_once_there_is_one()
    {
        await WriteNetworkAsync(OnTheCable);
        await CensusAfterOneAttachmentAsync();
        var census = await CensusAfterRestartAsync();
        var sandbox = await NewSandboxAsync();
        await fixture.StopClientAsync(Cancellation);
        try
        {
            AssertRefused(await sandbox.TryAddAsync(Cancellation), "/run/cni/dhcp.sock");
            AssertRefused(await sandbox.DeleteAsync(Cancellation), "/run/cni/dhcp.sock");
        }
        finally
        {
            await fixture.Client.StartAsync(Cancellation);
        }

        await AssertIsUndoneAsync(sandbox, census);
    }

    // Version 1.1 holds namespaces until its garbage collector runs; newer versions hold none.
    private async Task<HostCensus> CensusAfterRestartAsync()
    {
        await fixture.StopClientAsync(Cancellation);
        await fixture.Client.StartAsync(Cancellation);
        return await Host.CensusAsync(Cancellation);
    }

    public sealed class LeasedHost : PluginHost
    {
        public LeaseServer Server { get; private set; } = null!;

        /// <summary>The daemon of the plugin.</summary>
        public Daemon Client { get; private set; } = null!;

        // It leaves its socket, and does not start if there is one.
        public async Task StopClientAsync(CancellationToken cancellationToken)
        {
            await Client.StopAsync(cancellationToken);
            File.Delete(Host.PathOf("/run/cni/dhcp.sock"));
        }

        protected override async Task FurnishAsync(CancellationToken cancellationToken)
        {
            Server = await Host.StartLeaseServerAsync(cancellationToken);
            Client = await Host.StartLeaseClientAsync(cancellationToken);
        }
    }
}
