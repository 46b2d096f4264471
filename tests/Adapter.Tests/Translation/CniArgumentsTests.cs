using Bridge.Adapter.Cnm;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;

namespace Bridge.Adapter.Tests.Translation;

public sealed class CniArgumentsTests
{
    [Theory]
    [InlineData("cni.args.K8S_POD_NAME", "K8S_POD_NAME")]
    [InlineData("cni.args.k8s_pod_name", "K8S_POD_NAME")]
    [InlineData("cni.args.k8s_pod_namespace", "K8S_POD_NAMESPACE")]
    [InlineData("cni.args.k8s_pod_infra_container_id", "K8S_POD_INFRA_CONTAINER_ID")]
    [InlineData("cni.args.k8s_pod_uid", "K8S_POD_UID")]
    [InlineData("cni.args.Vlan", "Vlan")]
    [InlineData("cni.args.example.com/zone", "example.com/zone")]
    public void Keys_are_as_given_but_those_of_Kubernetes_are_spelled_as_plugins_know_them(string option, string key) =>
        Read(option, "x").Should().Equal(new CniArgument(key, "x"));

    [Theory]
    [InlineData("cni.args.", "option cni.args. has no key*")]
    [InlineData("cni.args.ip", "*request an address with --ip or --ip6, with --ipam-driver null by option cni.ip or cni.ip6.")]
    [InlineData("cni.args.MAC", "*request a MAC address with --mac-address.")]
    [InlineData("cni.args.ignoreunknown", "*cannot be set*")]
    [InlineData("cni.args.A;B", "option cni.args.A;B has a key with other characters than letters*")]
    [InlineData("cni.args.A B", "*has a key with other characters than letters*")]
    public void A_reserved_key_is_refused(string option, string message)
    {
        var read = () => Read(option, "x");
        read.Should().Throw<CnmException>().WithMessage(message);
    }

    [Theory]
    [InlineData("cni.args.K8S_POD_NAME")]
    [InlineData("cni.args.k8s_pod_namespace")]
    [InlineData("cni.args.OWNER")]
    public void A_key_that_the_operator_forbids_is_refused_in_any_letter_case(string option)
    {
        var ask = () => CniArguments.RequireAllowed(["cni.args.ok", option], ["K8S_*", "owner"]);
        ask.Should().Throw<CnmException>().WithMessage($"option {option} is forbidden on this host (setting forbiddenArguments*");
    }

    [Fact]
    public void A_key_that_is_not_forbidden_is_accepted()
    {
        CniArguments.RequireAllowed(["cni.args.K8S_POD_NAME"], []);
        CniArguments.RequireAllowed(["cni.args.OWNERS", "K8S_X", "com.docker.network.endpoint.sysctls"], ["K8S_*", "owner"]);
    }

    [Theory]
    [InlineData("a;b", "the value of option cni.args.A contains ';' or '=', which CNI_ARGS cannot carry.")]
    [InlineData("a=b", "the value of option cni.args.A contains ';' or '='*")]
    [InlineData("a\nb", "the value of option cni.args.A contains a control character.")]
    public void A_value_that_plugins_would_misread_is_refused(string value, string message)
    {
        var read = () => Read("cni.args.A", value);
        read.Should().Throw<CnmException>().WithMessage(message);
    }

    [Fact]
    public void A_value_is_at_most_1024_bytes_also_when_it_is_filled_in()
    {
        var plain = () => Read("cni.args.A", new string('x', 1025));
        var filled = () => CniArguments.Read(
            new Dictionary<string, string> { ["cni.args.A"] = "{host.name}" },
            new Dictionary<string, string> { [ValueTemplate.HostName] = new string('x', 1025) }, "").ToArray();
        plain.Should().Throw<CnmException>().WithMessage("*is longer than 1024 bytes.");
        filled.Should().Throw<CnmException>().WithMessage("*is longer than 1024 bytes.");
        Read("cni.args.A", new string('x', 1024)).Should().ContainSingle();
    }

    [Fact]
    public void Other_options_are_ignored() => Read("cni.bandwidth.ingress", "10mbit").Should().BeEmpty();

    private static CniArgument[] Read(string option, string value) =>
        [.. CniArguments.Read(new Dictionary<string, string> { [option] = value }, new Dictionary<string, string>(), "")];
}
