using Bridge.Adapter.Advice.Plugins;
using Bridge.Adapter.Translation;

namespace Bridge.Adapter.Tests.Translation;

public sealed class PodIdentityTests
{
    private static readonly IReadOnlyDictionary<string, string> None = new Dictionary<string, string>();

    [Theory]
    [InlineData("aws-cni")]
    [InlineData("azure-vnet")]
    [InlineData("antrea")]
    public void A_plugin_that_needs_a_pods_name_gets_one_of_its_own_for_each_container(string type)
    {
        var completed = PodIdentity.Complete(None, Conflists.OfType(type));

        Filled(completed, "77aa").Should().BeEquivalentTo(
            "K8S_POD_NAMESPACE=docker", "K8S_POD_NAME=77aa", "K8S_POD_INFRA_CONTAINER_ID=77aa");
    }

    [Theory]
    [InlineData("calico")]
    [InlineData("cilium-cni")]
    [InlineData("ovn-k8s-cni-overlay")]
    [InlineData("bridge")]
    public void A_plugin_that_would_look_for_the_pod_or_needs_none_gets_none(string type) =>
        PodIdentity.Complete(None, Conflists.OfType(type)).Should().BeEmpty();

    [Fact]
    public void The_plugins_that_are_given_names_are_those_of_which_the_manual_says_so() =>
        KnownPlugins.All.Where(plugin => plugin.Identity == PodNames.AnyNames).Select(plugin => plugin.Type)
            .Should().BeSubsetOf(PodIdentity.NeedingName);

    [Fact]
    public void What_the_user_has_set_stays_in_whatever_letter_case()
    {
        var given = new Dictionary<string, string> { ["cni.args.k8s_pod_namespace"] = "web", ["cni.bandwidth.ingress"] = "1mbit" };

        var completed = PodIdentity.Complete(given, Conflists.OfType("azure-vnet"));

        Filled(completed, "77aa").Should().BeEquivalentTo(
            "K8S_POD_NAMESPACE=web", "K8S_POD_NAME=77aa", "K8S_POD_INFRA_CONTAINER_ID=77aa");
        completed.Should().Contain("cni.bandwidth.ingress", "1mbit");
    }

    private static IEnumerable<string> Filled(IReadOnlyDictionary<string, string> options, string containerId)
    {
        var known = new EndpointFacts("e", containerId, NetworkId: null, "node", ContainerName: null).Values("azure", mac: null, []);
        return CniArguments.Read(options, known, hint: "").Select(argument => $"{argument.Key}={argument.Value}");
    }
}
