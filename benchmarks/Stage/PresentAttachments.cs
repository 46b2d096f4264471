namespace Bridge.Benchmarks.Stage;

/// <summary>
/// Attachments that are only there. cnm-cni gets for each the calls that Docker makes (RequestAddress, CreateEndpoint, Join), on a network
/// with `cni.attach=sandbox`, with an empty network namespace as the sandbox. The chain is the stock bridge with host-local: each has its
/// veth, its address and its record, but no rules, no container and no endpoint at Docker.
/// </summary>
internal sealed class PresentAttachments
{
    private readonly BenchHost _bench;
    private readonly string _network;
    private int _count;

    private PresentAttachments(BenchHost bench, string network)
    {
        _bench = bench;
        _network = network;
    }

    public static async Task<PresentAttachments> CreateAsync(BenchHost bench, CancellationToken cancellationToken)
    {
        var created = await bench.Host.DockerAsync(
            ["network", "create", .. BenchHost.CreateOptions(Chains.Present), "-o", "cni.attach=sandbox", Chains.Present],
            cancellationToken);
        return new PresentAttachments(bench, created.EnsureSuccess().Output);
    }

    /// <summary>Adds what is missing to <paramref name="count"/>.</summary>
    public async Task GrowAsync(int count, CancellationToken cancellationToken)
    {
        if (count <= _count)
            return;

        await AttachingCalls.GrowAsync(
            _bench.Host, _count, count,
            (calls, number, token) => calls.AttachAsync(_network, $"{Chains.Present}/{Chains.Subnet(Chains.Present)}", number, token),
            cancellationToken);
        _count = count;
    }
}
