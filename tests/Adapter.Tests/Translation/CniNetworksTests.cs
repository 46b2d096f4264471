using Bridge.Adapter.Cnm;
using Bridge.Adapter.Translation;
using CniInvoker;

namespace Adapter.Tests.Translation;

public sealed class CniNetworksTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("conflists").FullName;

    [Fact]
    public void The_only_CNI_network_of_a_host_need_not_be_named()
    {
        Write("10-pods.conflist", Conflists.Stock);
        Choose(null).Name.Should().Be("pods");
    }

    [Fact]
    public void Among_several_one_must_be_named_and_the_refusal_lists_them()
    {
        Write("10-pods.conflist", Conflists.Stock);
        Write("20-plain.conflist", Conflists.Plain);
        Choose("plain").Name.Should().Be("plain");
        var choose = () => Choose(null);
        choose.Should().Throw<CnmException>().WithMessage("which CNI network? This host has \"pods\", \"plain\". Say it with -o cni.network=NAME.");
    }

    [Fact]
    public void A_missing_network_is_refused_with_what_there_is_and_what_is_broken()
    {
        Write("10-pods.conflist", Conflists.Stock);
        Write("05-broken.conflist", "{");
        var choose = () => Choose("nopods");
        choose.Should().Throw<CnmException>().WithMessage("there is no CNI network \"nopods\" on this host. There is \"pods\". Not usable: *05-broken.conflist*");
    }

    [Fact]
    public void A_host_without_CNI_networks_is_told_where_to_put_one()
    {
        var choose = () => Choose(null);
        choose.Should().Throw<CnmException>().WithMessage("there is no CNI network on this host. Put a .conflist file into the CNI configuration directory*");
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private NetworkConfiguration Choose(string? name) => CniNetworks.Choose(new ConfigurationDirectory(_directory).Load(), name);

    private void Write(string file, string content) => File.WriteAllText(Path.Combine(_directory, file), content);
}
