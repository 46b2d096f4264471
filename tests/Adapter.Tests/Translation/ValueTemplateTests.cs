using Bridge.Adapter.Cnm;
using Bridge.Adapter.Translation;

namespace Bridge.Adapter.Tests.Translation;

public sealed class ValueTemplateTests
{
    private static readonly Dictionary<string, string> Known =
        new() { [ValueTemplate.ContainerName] = "web", [ValueTemplate.HostName] = "node1" };

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("", "")]
    [InlineData("{container.name}", "web")]
    [InlineData("{CONTAINER.Name}", "web")]
    [InlineData("docker-{container.name}.{host.name}!", "docker-web.node1!")]
    [InlineData("{{container.name}}", "{container.name}")]
    [InlineData("{{{container.name}}}", "{web}")]
    public void Templates_are_filled_in_and_double_braces_are_literal(string text, string filled) =>
        ValueTemplate.Parse("cni.args.A", text).Fill(Known, "").Should().Be(filled);

    [Theory]
    [InlineData(
        "{pod}", "option cni.args.A: {pod} is an unknown placeholder. Known: {container.name}, {endpoint.id}, {endpoint.short}, " +
            "{cni.containerid}, {network.id}, " +
            "{cni.network}, {host.name}, {mac}, {ip}, {ip6}. "
        + "Write {{ and }} for braces.")]
    [InlineData("{}", "option cni.args.A: {} is an unknown placeholder. Known: *")]
    [InlineData("{container.name", "option cni.args.A: \"{container.name\" has an unpaired brace. Known: *")]
    [InlineData("name}", "option cni.args.A: \"name}\" has an unpaired brace. Known: *")]
    public void An_unknown_template_is_refused_with_the_known_ones(string text, string message)
    {
        var parse = () => ValueTemplate.Parse("cni.args.A", text);
        parse.Should().Throw<CnmException>().WithMessage(message);
    }

    [Fact]
    public void A_name_without_a_value_is_refused_with_the_reason()
    {
        var fill = () => ValueTemplate.Parse("cni.args.A", "{mac}").Fill(Known, "Ask for one.");
        fill.Should().Throw<CnmException>().WithMessage(
            "option cni.args.A contains {mac}, which this endpoint does not have. Ask for one.");
    }
}
